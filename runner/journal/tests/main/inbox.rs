//! Messages to runs.

use bytes::Bytes;
use runner_journal::{Error, Journal, Message, Posted, limits};

use crate::child::Process;
use crate::support::{create, each, finished, message, open, soon};

#[tokio::test]
async fn a_message_is_kept_once_and_wakes_who_listens() {
    each(async |journal| {
        create(&*journal, "run_a").await;
        create(&*journal, "run_b").await;
        assert_eq!(journal.post("run_a", message("one")).await.unwrap(), Posted::New);
        soon(journal.posted()).await;
        assert_eq!(journal.post("run_a", message("one")).await.unwrap(), Posted::Known);
        assert_eq!(journal.post("run_b", message("one")).await.unwrap(), Posted::New);
        assert_eq!(journal.post("run_a", message("two")).await.unwrap(), Posted::New);
        let inbox = journal.inbox("run_a", 0).await.unwrap();
        assert!(inbox.iter().map(|(_, message)| message).eq(&[message("one"), message("two")]));
        let mail = journal.mail(0).await.unwrap();
        assert_eq!(mail.iter().map(|(_, run)| run.as_str()).collect::<Vec<_>>(), ["run_a", "run_b", "run_a"]);
        let after = inbox[0].0;
        assert!(journal.inbox("run_a", after).await.unwrap() == inbox[1..]);
        assert_eq!(journal.mail(after).await.unwrap(), mail[1..]);
    })
    .await;
}

#[tokio::test]
async fn who_posts_in_vain_is_told_why() {
    each(async |journal| {
        assert_eq!(journal.post("run_none", message("one")).await.unwrap(), Posted::NoSuchRun);
        finished(&*journal, "run_over", 1).await;
        assert_eq!(journal.post("run_over", message("one")).await.unwrap(), Posted::RunIsOver);
        create(&*journal, "run_a").await;
        for number in 0..limits::INBOX {
            assert_eq!(journal.post("run_a", message(&number.to_string())).await.unwrap(), Posted::New);
        }
        assert_eq!(journal.post("run_a", message("more")).await.unwrap(), Posted::TooMany);
        let large = Message { body: Bytes::from(vec![0; limits::MESSAGE + 1]), ..message("large") };
        assert!(matches!(journal.post("run_a", large).await.unwrap_err(), Error::TooMuch { .. }));
    })
    .await;
}

#[tokio::test]
async fn what_is_settled_takes_no_room_and_each_kind_has_its_own() {
    each(async |journal| {
        create(&*journal, "run_a").await;
        let post = async |number: usize| journal.post("run_a", message(&number.to_string())).await.unwrap();
        for number in 0..limits::INBOX {
            assert_eq!(post(number).await, Posted::New);
        }
        assert_eq!(post(limits::INBOX).await, Posted::TooMany);
        let urgent = Message { kind: 2, ..message("urgent") };
        assert_eq!(journal.post("run_a", urgent).await.unwrap(), Posted::New);

        let last = journal.inbox("run_a", 0).await.unwrap()[2].0;
        journal.settle("run_a", last, vec!["1".to_owned()]).await.unwrap();
        let left = journal.inbox("run_a", 0).await.unwrap();
        assert_eq!(left[..2].iter().map(|(_, message)| &*message.id).collect::<Vec<_>>(), ["1", "3"]);
        assert_eq!(journal.mail(0).await.unwrap().len(), left.len());
        assert_eq!(post(0).await, Posted::Known, "what is settled is known");
        for (number, expected) in [(100, Posted::New), (101, Posted::New), (102, Posted::TooMany)] {
            assert_eq!(post(number).await, expected);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_process_posts_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    create(&journal, "run_waiting").await;
    let mut process = Process::start("post", folder.path());
    soon(journal.posted()).await;
    let mail = journal.mail(0).await.unwrap();
    assert_eq!(mail.iter().map(|(_, run)| run.as_str()).collect::<Vec<_>>(), ["run_waiting"]);
    assert!(journal.inbox("run_waiting", 0).await.unwrap()[0].1 == message("from-elsewhere"));
    assert_eq!(process.line().as_deref(), Some("New"));
}
