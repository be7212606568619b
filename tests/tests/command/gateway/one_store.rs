//! Runs and calls are kept in one file, whoever writes there meanwhile.

use std::fs;

use rusqlite::Connection;
use serde_json::Value;

use super::House;

const FLOW: &str = r#"{"linkwork":1,"name":"good","steps":[{"id":"one","set":1}]}"#;

fn listed(house: &House, list: &[&str]) -> Vec<Value> {
    let listed = house.shell.run(list.iter().chain(&["--output", "json"])).exits(0).json();
    listed.as_array().unwrap().clone()
}

#[test]
fn a_run_and_a_call_are_in_one_file_and_both_are_listed_while_the_server_runs() {
    let mut house = House::furnished();
    house.shell = house.shell.file("good.linkwork.json", FLOW);
    let key = house.key("acme", "bob", &[]);
    let server = house.serve();
    server.question(&key).is(200);
    house.shell.run(["run", "good.linkwork.json"]).exits(0);
    // A record is written soon after its call has ended.
    let calls = loop {
        match listed(&house, &["calls", "list", "--workspace", "acme"]) {
            none if none.is_empty() => {}
            calls => break calls,
        }
    };
    let runs = listed(&house, &["runs", "list"]);
    assert_eq!((calls[0]["model"].as_str(), runs[0]["flow"].as_str()), (Some("grok"), Some("good")));
    server.question(&key).is(200);
    server.running.interrupt();
    server.running.end().exits(0);

    let names = fs::read_dir(house.shell.path(".linkwork")).unwrap().map(|file| file.unwrap().file_name());
    let stores: Vec<_> = names.filter(|name| name.to_string_lossy().ends_with(".db")).collect();
    assert_eq!(stores, ["journal.db"]);
    let db = Connection::open(house.shell.path(".linkwork/journal.db")).unwrap();
    let count = |table: &str| db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, u64>(0));
    assert_eq!((count("run").unwrap(), count("call").unwrap()), (1, 2));
}
