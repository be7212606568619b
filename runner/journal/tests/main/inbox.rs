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
