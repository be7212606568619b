//! The runs that are kept: listed, shown, cancelled from elsewhere, and forgotten.

use serde_json::json;
use tests::command::Shell;
use tests::wire::{Gate, Reply, Wire};

use super::{flow, held, listed, read, shell_at, wait_until};

const GOOD: &str =
    r#"{"linkwork":1,"name":"good","steps":[{"id":"one","set":1},{"id":"two","set":"{{ steps.one.output + 1 }}"}]}"#;
const BAD: &str = r#"{"linkwork":1,"name":"bad","steps":[{"id":"give-up","fail":"it is no use"}]}"#;

/// A folder in which a good run, a bad run and another good one are over.
fn shell() -> Shell {
    let shell = Shell::default().file("good.linkwork.json", GOOD).file("bad.linkwork.json", BAD);
    shell.run(["run", "good.linkwork.json", "--label", "who=first"]).exits(0);
    shell.run(["run", "bad.linkwork.json"]).exits(1);
    shell.run(["run", "good.linkwork.json", "--label", "who=second"]).exits(0);
    shell
}

#[test]
fn runs_are_listed_newest_first() {
    let shell = shell();
    let flows: Vec<_> = listed(&shell).iter().map(|run| (run["flow"].clone(), run["status"].clone())).collect();
    let expected = [("good", "succeeded"), ("bad", "failed"), ("good", "succeeded")];
    assert_eq!(flows, expected.map(|(flow, status)| (json!(flow), json!(status))));
    for (args, count) in [
        (["--status", "failed"], 1),
        (["--flow", "good"], 2),
        (["--label", "who=first"], 1),
        (["--limit", "2"], 2),
        (["--flow", "nobody"], 0),
    ] {
        let list = shell.run(["runs", "list", "--output", "json"].iter().chain(&args)).exits(0).json();
        assert_eq!(list.as_array().map(Vec::len), Some(count), "{args:?}");
    }
    let table = shell.run(["runs", "list"]).exits(0).stdout;
    assert!(table.starts_with("run "), "{table}");
    assert_eq!(table.lines().count(), 4, "{table}");
    assert_eq!(shell.run(["runs", "list", "--flow", "nobody"]).exits(0).stdout, "no run fits\n");
}

#[test]
fn a_run_is_shown_by_its_id_the_beginning_of_it_or_as_the_last() {
    let shell = shell();
    let runs = listed(&shell);
    let id = runs[1]["run"].as_str().unwrap();
    let shown = shell.run(["runs", "show", id]).exits(0).stdout;
    assert!(shown.contains("bad  failed") && shown.contains("error[failed]: it is no use"), "{shown}");
    assert!(shown.contains(&format!("linkwork rerun {id} --from give-up")), "{shown}");
    assert_eq!(shell.run(["runs", "show", &id[..id.len() - 1], "--output", "json"]).exits(0).json()["info"]["run"], id);
    let last = shell.run(["runs", "show", "last", "--output", "json"]).exits(0).json();
    assert_eq!(last["info"], runs[0]);
    assert_eq!(last["steps"][1]["key"], "two");

    let several = shell.run(["runs", "show", "run_"]).exits(2);
    assert!(several.stderr.contains("is the beginning of several runs") && several.stderr.contains(id), "{several:?}");
    let none = shell.run(["runs", "show", "nobody"]).exits(2);
    assert!(none.stderr.contains("there is no run \"nobody\"") && none.stderr.contains(id), "{none:?}");
}

#[test]
fn a_step_is_shown_whole() {
    let shell = shell();
    let step = shell.run(["runs", "show", "last", "--step", "two", "--output", "json"]).exits(0).json();
    assert_eq!((&step["step"]["output"], &step["retries"]), (&json!(2), &json!([])));
    let words = shell.run(["runs", "show", "last", "--step", "two"]).exits(0).stdout;
    assert!(words.starts_with("two  set  succeeded") && words.ends_with("output\n  2\n"), "{words}");
    let refused = shell.run(["runs", "show", "last", "--step", "twoo"]).exits(2);
    assert!(refused.stderr.contains("did you mean \"two\"?"), "{refused:?}");
}

#[test]
fn a_run_under_way_is_shown_and_cancelled_from_another_process() {
    let upstream = Wire::always(Reply::silence().stall());
    let shell = shell_at(&upstream).file("f.linkwork.json", flow("f", &[read("slow")]));
    let running = shell.start(["run", "f.linkwork.json"]);
    wait_until(&upstream, |seen| seen.requests.len() == 1);
    let shown = shell.run(["runs", "show", "last"]).exits(0).stdout;
    assert!(shown.contains("slow  calls xai-grok/get-model since"), "{shown}");
    assert!(shown.contains("another process goes on with it"), "{shown}");
    shell.run(["runs", "cancel", "last"]).exits(0);
    wait_until(&upstream, |seen| seen.left == 1);
    running.end().exits(130);
    assert_eq!(listed(&shell)[0]["status"], "cancelled");
    let over = shell.run(["runs", "cancel", "last"]).exits(2);
    assert!(over.stderr.contains("is over (cancelled)"), "{over:?}");
}

#[test]
fn finished_runs_are_forgotten_and_others_never() {
    let gate = Gate::closed();
    let upstream = Wire::always(held(&gate));
    let shell =
        shell_at(&upstream).file("f.linkwork.json", flow("f", &[read("slow")])).file("good.linkwork.json", GOOD);
    let running = shell.start(["run", "f.linkwork.json"]);
    wait_until(&upstream, |seen| seen.requests.len() == 1);
    for _ in 0..3 {
        shell.run(["run", "good.linkwork.json"]).exits(0);
    }
    let kept = listed(&shell);
    let said = shell.run(["runs", "prune", "--keep", "1", "--dry-run", "--output", "json"]).exits(0).json();
    assert_eq!(said["would_forget"], json!([kept[1]["run"], kept[2]["run"]]));
    assert_eq!(listed(&shell), kept, "nothing was forgotten");
    let pruned = shell.run(["runs", "prune", "--keep", "1"]).exits(0).stdout;
    assert_eq!(pruned, "2 runs forgotten\n");
    assert_eq!(listed(&shell), [kept[0].clone(), kept[3].clone()]);
    assert_eq!(shell.run(["runs", "prune"]).exits(0).stdout, "0 runs forgotten\n", "they are kept for 30 days");
    assert_eq!(shell.run(["runs", "prune", "--older-than", "0s"]).exits(0).stdout, "1 run forgotten\n");
    gate.open();
    running.end().exits(0);
}
