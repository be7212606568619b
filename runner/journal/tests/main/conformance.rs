//! What every kind of journal does.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use runner_journal::{Claim, Created, Error, Health, Journal, NewRun, Query, limits};
use tokio::task::JoinSet;

use crate::support::{create, each, end, entries, finished, new_run};

#[tokio::test]
async fn a_run_goes_from_its_making_to_its_end() {
    each(async |journal| {
        let labels = BTreeMap::from([("team".to_owned(), "support".to_owned())]);
        let run = NewRun {
            labels: labels.clone(),
            parent: Some("run_old".to_owned()),
            key: Some("k".to_owned()),
            ..new_run("run_a")
        };
        assert_eq!(journal.create(run).await.unwrap(), Created::New);
        journal.append("run_a", 0, entries("run_a", 0, 3)).await.unwrap();
        let row = journal.row("run_a").await.unwrap().unwrap();
        assert_eq!((row.status.as_str(), row.entries, row.finished, row.end), ("running", 3, None, None));
        journal.finish("run_a", 3, entries("run_a", 3, 1), end(9_000)).await.unwrap();
        let row = journal.row("run_a").await.unwrap().unwrap();
        assert_eq!((row.status.as_str(), row.entries, row.finished), ("succeeded", 4, Some(9_000)));
        assert_eq!((row.labels, row.parent.as_deref(), row.key.as_deref()), (labels, Some("run_old"), Some("k")));
        assert_eq!(row.end, Some(Bytes::from_static(b"done")));
        assert_eq!(journal.health(), Health::Ok);
        if let Some(stored) = journal.load("run_a").await.unwrap() {
            assert!(journal.keeps_entries() && stored.entries == entries("run_a", 0, 4));
            assert_eq!((stored.start, stored.texts), (new_run("run_a").start, new_run("run_a").texts));
        } else {
            assert!(!journal.keeps_entries());
        }
    })
    .await;
}

#[tokio::test]
async fn who_counts_otherwise_is_fenced_and_an_end_is_an_end() {
    each(async |journal| {
        create(&*journal, "run_a").await;
        journal.append("run_a", 0, entries("run_a", 0, 2)).await.unwrap();
        let fenced = Error::Fenced { run: "run_a".to_owned() };
        for after in [0, 1, 3] {
            assert_eq!(journal.append("run_a", after, entries("run_a", after, 1)).await.unwrap_err(), fenced);
            assert_eq!(journal.finish("run_a", after, Vec::new(), end(1)).await.unwrap_err(), fenced);
        }
        journal.finish("run_a", 2, Vec::new(), end(1)).await.unwrap();
        assert_eq!(journal.append("run_a", 2, Vec::new()).await.unwrap_err(), fenced);
        assert_eq!(journal.finish("run_a", 2, Vec::new(), end(1)).await.unwrap_err(), fenced);
        assert_eq!(journal.claim("run_a").await.unwrap(), Claim::Finished);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_who_make_a_run_with_one_key_make_one_run() {
    each(async |journal: Arc<dyn Journal>| {
        let mut callers = JoinSet::new();
        for caller in 0..50 {
            let journal = journal.clone();
            callers.spawn(async move {
                let id = format!("run_{caller}");
                let run = NewRun { key: Some("order-7".to_owned()), ..new_run(&id) };
                match journal.create(run).await.unwrap() {
                    Created::New => (true, id),
                    Created::Existing(row) => (false, row.id),
                }
            });
        }
        let answers = callers.join_all().await;
        let (made, first) = answers.iter().find(|(new, _)| *new).unwrap();
        assert!(*made && answers.iter().all(|(_, id)| id == first), "{answers:?}");
        assert_eq!(answers.iter().filter(|(new, _)| *new).count(), 1);
        let other = NewRun { tenant: "other".to_owned(), key: Some("order-7".to_owned()), ..new_run("run_other") };
        assert_eq!(journal.create(other).await.unwrap(), Created::New, "a key is the tenant's own");
    })
    .await;
}

#[tokio::test]
async fn an_id_is_one_run_and_another_tenant_does_not_see_it() {
    each(async |journal| {
        create(&*journal, "run_a").await;
        let again = journal.create(new_run("run_a")).await.unwrap();
        assert!(matches!(again, Created::Existing(row) if row.id == "run_a"));
        let foreign = NewRun { tenant: "other".to_owned(), ..new_run("run_a") };
        assert_eq!(journal.create(foreign).await.unwrap_err(), Error::Taken { run: "run_a".to_owned() });
    })
    .await;
}

#[tokio::test]
async fn lists_are_filtered_and_paged_newest_first() {
    each(async |journal| {
        for number in 0..6 {
            let id = format!("run_{number}");
            let labels = BTreeMap::from([("parity".to_owned(), ["even", "odd"][number % 2].to_owned())]);
            let flow = ["triage", "reply"][number / 3].to_owned();
            journal.create(NewRun { labels, flow, ..new_run(&id) }).await.unwrap();
        }
        journal.create(NewRun { tenant: "other".to_owned(), ..new_run("run_other") }).await.unwrap();
        journal.finish("run_4", 0, Vec::new(), end(1)).await.unwrap();
        let acme = Query { tenant: Some("acme".to_owned()), ..Query::default() };
        let ids = async |query: &Query| -> Vec<String> {
            journal.list(query.clone()).await.unwrap().into_iter().map(|row| row.id).collect()
        };
        assert_eq!(ids(&acme).await, ["run_5", "run_4", "run_3", "run_2", "run_1", "run_0"]);
        let page = Query { limit: 2, before: Some("run_4".to_owned()), ..acme.clone() };
        assert_eq!(ids(&page).await, ["run_3", "run_2"]);
        let odd = Query { label: Some(("parity".to_owned(), "odd".to_owned())), ..acme.clone() };
        assert_eq!(ids(&odd).await, ["run_5", "run_3", "run_1"]);
        let reply = Query { flow: Some("reply".to_owned()), status: Some("running".to_owned()), ..acme.clone() };
        assert_eq!(ids(&reply).await, ["run_5", "run_3"]);
        let keyed = NewRun { key: Some("order-7".to_owned()), ..new_run("run_keyed") };
        journal.create(keyed).await.unwrap();
        assert_eq!(ids(&Query { key: Some("order-7".to_owned()), ..acme.clone() }).await, ["run_keyed"]);
        assert!(ids(&Query { key: Some("order-8".to_owned()), ..acme.clone() }).await.is_empty());
        let unknown = Query { before: Some("run_none".to_owned()), ..acme };
        assert!(matches!(journal.list(unknown).await.unwrap_err(), Error::NoSuchRun { .. }));
    })
    .await;
}

#[tokio::test]
async fn unfinished_runs_are_found_page_by_page() {
    each(async |journal| {
        for run in ["run_c", "run_a", "run_d", "run_b"] {
            create(&*journal, run).await;
        }
        finished(&*journal, "run_bb", 1).await;
        let first = journal.unfinished(None, 3).await.unwrap();
        assert_eq!(first.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["run_a", "run_b", "run_c"]);
        let rest = journal.unfinished(Some("run_c"), 3).await.unwrap();
        assert_eq!(rest.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["run_d"]);
        assert_eq!(journal.claim("run_d").await.unwrap(), Claim::Mine);
        assert!(matches!(journal.claim("run_none").await.unwrap_err(), Error::NoSuchRun { .. }));
    })
    .await;
}

#[tokio::test]
async fn content_is_seen_only_by_runs_that_refer_to_it() {
    each(async |journal| {
        create(&*journal, "run_a").await;
        let content = Bytes::from_static(b"a picture");
        let hash = journal.put_blob("run_a", content.clone()).await.unwrap();
        assert_eq!(hash, "sha256:92b2fa58028958317e408bd84ecfa70f5ee35b121991dbc232c49d166353708b");
        assert_eq!(journal.put_blob("run_a", content.clone()).await.unwrap(), hash);
        assert_eq!(journal.get_blob("run_a", &hash).await.unwrap(), Some(content.clone()));
        let taking = |id: &str, parent: &str| NewRun {
            parent: Some(parent.to_owned()),
            taken_over: vec![hash.clone()],
            ..new_run(id)
        };
        create(&*journal, "run_none_of_it").await;
        journal.create(taking("run_c", "run_none_of_it")).await.unwrap();
        assert_eq!(journal.get_blob("run_c", &hash).await.unwrap(), None, "nobody gives what he does not have");
        journal.create(taking("run_b", "run_a")).await.unwrap();
        assert_eq!(journal.get_blob("run_b", &hash).await.unwrap(), Some(content.clone()));
        assert!(matches!(journal.put_blob("run_none", content).await.unwrap_err(), Error::NoSuchRun { .. }));
    })
    .await;
}

#[tokio::test]
async fn what_is_too_much_is_refused_with_a_fix() {
    each(async |journal| {
        create(&*journal, "run_a").await;
        let mut large = entries("run_a", 0, 1);
        large[0].body = vec![0; limits::BODY + 1].into();
        let error = journal.append("run_a", 0, large).await.unwrap_err();
        assert_eq!(error.to_string(), "the body of an entry may take 1048576 at most, not 1048577");
        assert!(error.fix().contains("blob"));
        let key = Some("k".repeat(limits::NAME + 1));
        assert!(matches!(journal.create(NewRun { key, ..new_run("b") }).await.unwrap_err(), Error::TooMuch { .. }));
        let labels = (0..=limits::LABELS).map(|label| (label.to_string(), String::new())).collect();
        assert!(matches!(journal.create(NewRun { labels, ..new_run("b") }).await.unwrap_err(), Error::TooMuch { .. }));
        let nameless = journal.create(new_run("")).await.unwrap_err();
        assert_eq!(nameless.to_string(), "the id of a run must not be empty");
        assert_eq!(journal.row("run_a").await.unwrap().unwrap().entries, 0);
    })
    .await;
}
