//! There may be so many connections, and no more.

use runner_server::Settings;
use tests::wire::{Reply, Wire};

use crate::support::House;

const BODY: &str = r#"{"model":"grok"}"#;

#[tokio::test]
async fn a_connection_too_many_is_told_so_until_another_ends() {
    let all = Settings { connections: 2, ..Settings::default() };
    let of_one = Settings { connections_of_one: 2, ..Settings::default() };
    for settings in [all, of_one] {
        let wire = Wire::always(Reply::json(200, "{}"));
        let house = House::with(&wire, settings, |_| {}).await;
        let mut kept = [house.connect().await, house.connect().await];
        for caller in &mut kept {
            caller.send(house.post("/v1/chat/completions", BODY)).await;
            assert_eq!(caller.answer().await.head.status, 200);
        }
        let answer = house.connect().await.answer().await;
        assert_eq!(answer.error(), (503, "too_many_connections".to_owned()));
        assert_eq!(answer.head.header("retry-after"), Some("1"));
        let [mut first, second] = kept;
        drop(second);
        first.send(house.post("/v1/chat/completions", BODY)).await;
        assert_eq!(first.answer().await.head.status, 200, "who is in is served on");
        // The place is free as soon as the server has seen that its holder left.
        while house.connect().await.answer_to(&house.post("/v1/chat/completions", BODY)).await != 200 {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn one_connection_serves_one_request_after_another() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    let mut caller = house.connect().await;
    for _ in 0..20 {
        caller.send(house.post("/v1/chat/completions", BODY)).await;
        assert_eq!(caller.answer().await.head.status, 200);
    }
    caller.send(house.post("/v1/chat/completions", BODY).repeat(3)).await;
    for _ in 0..3 {
        assert_eq!(caller.answer().await.head.status, 200, "also when they come at once");
    }
    assert_eq!((wire.requests().len(), wire.seen().connections), (23, 1));
}
