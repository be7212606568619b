//! The `linkwork` command, run as a person runs it: the real binary, in a folder of its own.

#![expect(clippy::disallowed_types, reason = "a test of a command runs the command")]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, SystemTime};

use serde_json::Value;
use tempfile::TempDir;

/// How long a test waits for what a command must do.
const PATIENCE: Duration = Duration::from_secs(60);

/// A folder to run commands in, with an environment that holds no credential.
pub struct Shell {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

/// How a command ended.
#[derive(Debug)]
pub struct Outcome {
    /// The exit code.
    pub code: i32,
    /// What it printed as its result.
    pub stdout: String,
    /// What it said.
    pub stderr: String,
}

/// A command that is still running.
pub struct Running {
    stdout: BufReader<ChildStdout>,
    stderr: BufReader<ChildStderr>,
    process: Process,
}

/// A process that does not outlive its test, nor the test's patience.
struct Process {
    child: Child,
    _watched: Sender<()>,
}

impl Default for Shell {
    fn default() -> Self {
        Self { folder: TempDir::new().expect("a folder can be made"), environment: Vec::new() }
    }
}

impl Shell {
    /// Sets a variable for the commands that follow.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Writes a file.
    pub fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        fs::write(self.path(name), content).expect("a file can be written");
        self
    }

    /// Connects `grok` to this base URL, by way of the usual file.
    pub fn grok_at(self, base_url: &str, key: &str) -> Self {
        let connections = serde_json::json!({
            "grok": { "connector": "xai-grok", "fields": { "base_url": base_url, "api_key": key } }
        });
        self.file("linkwork.connections.json", connections.to_string())
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Every file below the folder.
    pub fn files(&self) -> Vec<PathBuf> {
        files_below(self.folder.path())
    }

    /// Runs the command to its end.
    pub fn run<S: AsRef<str>>(&self, args: impl IntoIterator<Item = S>) -> Outcome {
        let output = self.command(args).output().expect("the command starts");
        Outcome {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).expect("stdout is text"),
            stderr: String::from_utf8(output.stderr).expect("stderr is text"),
        }
    }

    /// Runs the command to its end, with its result going into this file.
    pub fn run_into<S: AsRef<str>>(&self, file: &str, args: impl IntoIterator<Item = S>) -> Outcome {
        let file = fs::OpenOptions::new().write(true).open(file).expect("the file can be opened");
        let output = self.command(args).stdout(file).output().expect("the command starts");
        let stderr = String::from_utf8(output.stderr).expect("stderr is text");
        Outcome { code: output.status.code().unwrap_or(-1), stdout: String::new(), stderr }
    }

    /// Starts the command.
    pub fn start<S: AsRef<str>>(&self, args: impl IntoIterator<Item = S>) -> Running {
        let mut child = self.command(args).spawn().expect("the command starts");
        let stdout = BufReader::new(child.stdout.take().expect("stdout is a pipe"));
        let stderr = BufReader::new(child.stderr.take().expect("stderr is a pipe"));
        Running { stdout, stderr, process: Process::watched(child) }
    }

    /// Runs the command to its end on a terminal, and gives all that it shows there.
    #[cfg(target_os = "linux")]
    pub fn on_a_terminal<S: AsRef<str>>(&self, args: impl IntoIterator<Item = S>) -> String {
        let words = args.into_iter().map(|word| format!(" '{}'", word.as_ref())).collect::<String>();
        let mut script = Command::new("script");
        script.args(["-qec", &format!("'{}'{words}", binary().display()), "/dev/null"]);
        let output = self.at_home(&mut script).output().expect("script exists");
        String::from_utf8(output.stdout).expect("what is shown is text")
    }

    fn command<S: AsRef<str>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(binary());
        for word in args {
            command.arg(word.as_ref());
        }
        self.at_home(&mut command).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn at_home<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command.current_dir(self.folder.path());
        for variable in ["XAI_API_KEY", "LINKWORK_JOURNAL", "OTEL_EXPORTER_OTLP_ENDPOINT"] {
            command.env_remove(variable);
        }
        command.envs(self.environment.iter().cloned()).stdin(Stdio::null())
    }
}

impl Outcome {
    /// The lines of the result as JSON.
    pub fn lines(&self) -> Vec<Value> {
        let line = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {self:?}"));
        self.stdout.lines().map(line).collect()
    }

    /// The rest of the line on stderr that begins so, such as a command to paste.
    pub fn told(&self, beginning: &str) -> &str {
        let line = self.stderr.lines().find_map(|line| line.trim_start().strip_prefix(beginning));
        line.unwrap_or_else(|| panic!("no line begins with {beginning:?} in {self:?}")).trim()
    }

    /// The result as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// Asserts the exit code, and shows everything if it is another one.
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }
}

impl Running {
    /// Waits for exactly this text on stdout.
    pub fn read(&mut self, expected: &str) {
        let mut bytes = vec![0; expected.len()];
        self.stdout.read_exact(&mut bytes).expect("the text arrives before stdout closes");
        assert_eq!(String::from_utf8_lossy(&bytes), expected);
    }

    /// Waits for a line on stdout.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("stdout is text");
        line
    }

    /// Waits for an event of this type among the lines on stdout.
    pub fn event(&mut self, of_type: &str) -> Value {
        loop {
            let line = self.line();
            assert!(!line.is_empty(), "stdout closes before there is a {of_type}: {:?}", self.words());
            let event: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error} in {line}"));
            if event["type"] == of_type {
                return event;
            }
        }
    }

    /// Waits for a line on stderr that has this in it.
    pub fn says(&mut self, words: &str) -> String {
        loop {
            let mut line = String::new();
            self.stderr.read_line(&mut line).expect("stderr is text");
            assert!(!line.is_empty(), "stderr closes before it says {words:?}");
            if line.contains(words) {
                return line;
            }
        }
    }

    /// Ends the process as a power cut does.
    pub fn kill(self) {
        drop(self.process);
    }

    /// What Ctrl-C does.
    pub fn interrupt(&self) {
        assert!(signal("-INT", self.process.child.id()), "it can be interrupted");
    }

    /// Asks it to read again what it was told.
    pub fn hang_up(&self) {
        assert!(signal("-HUP", self.process.child.id()), "it can be asked");
    }

    /// Stops reading, as `head` does.
    pub fn close_stdout(self) -> i32 {
        let Self { mut process, stdout, stderr } = self;
        drop(stdout);
        let code = process.end();
        drop(stderr);
        code
    }

    /// Waits for the end.
    pub fn end(mut self) -> Outcome {
        let mut stdout = String::new();
        self.stdout.read_to_string(&mut stdout).expect("stdout is text");
        let stderr = self.words();
        Outcome { code: self.process.end(), stdout, stderr }
    }

    /// What it says until it ends.
    fn words(&mut self) -> String {
        let mut stderr = String::new();
        self.stderr.read_to_string(&mut stderr).expect("stderr is text");
        stderr
    }
}

impl Process {
    fn watched(child: Child) -> Self {
        let (watched, released) = mpsc::channel();
        let id = child.id();
        thread::spawn(move || {
            if released.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                signal("-KILL", id);
            }
        });
        Self { child, _watched: watched }
    }

    fn end(&mut self) -> i32 {
        self.child.wait().expect("the command ends").code().unwrap_or(-1)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn signal(signal: &str, process: u32) -> bool {
    Command::new("kill").args([signal, &process.to_string()]).status().expect("kill exists").success()
}

/// The root of the checkout.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The binary beside this test's own executable, proved to be newer than everything that it was built from.
fn binary() -> PathBuf {
    let own = std::env::current_exe().expect("a test has an executable");
    let folder = own.ancestors().nth(2).expect("it lies in the target folder");
    let binary = folder.join(format!("linkwork{}", std::env::consts::EXE_SUFFIX));
    let advice = "run the tests of the whole workspace, which builds it: cargo test --workspace";
    let built = modified(&binary).unwrap_or_else(|| panic!("{} is missing; {advice}", binary.display()));
    for source in ["connector-sdk", "connectors", "runner"].iter().flat_map(|room| sources_below(&root().join(room))) {
        let fresh = modified(&source).is_some_and(|changed| changed <= built);
        assert!(fresh, "{} is older than {}; {advice}", binary.display(), source.display());
    }
    binary
}

/// What a crate's binary is made of: everything below its `src`.
fn sources_below(room: &Path) -> Vec<PathBuf> {
    let mut files = files_below(room);
    files.retain(|path| path.components().any(|part| part.as_os_str() == "src"));
    files
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}
