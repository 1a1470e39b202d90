//! The mail server of `tests/smtp`, as a process that ends with the test.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use serde_json::Value;
use server::mail::{MailSettings, Security};
use tempfile::TempDir;

/// Long enough for a loaded machine; nothing waits so long that works.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct MailServer {
    process: Child,
    input: Option<ChildStdin>,
    lines: Arc<Mutex<Receiver<Value>>>,
    folder: TempDir,
    port: u16,
}

/// Python with what the server needs, installed once.
fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        let installed = Command::new(root.join("tests/install")).arg("smtp").current_dir(&root).status().unwrap();
        assert!(installed.success());
        root.join(target).join("smtp/bin/python")
    })
}

impl MailServer {
    pub fn start(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/smtp/server.py");
        let mut process = Command::new(python())
            .arg(script)
            .arg(folder.path())
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // It writes about every connection that breaks, which tests mean to happen.
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (send, lines) = channel();
        let output = BufReader::new(process.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = send.send(serde_json::from_str(&line).unwrap());
            }
        });
        let input = process.stdin.take();
        let mut server = Self { process, input, lines: Arc::new(Mutex::new(lines)), folder, port: 0 };
        server.port = server.next()["port"].as_u64().and_then(|port| port.try_into().ok()).unwrap();
        server
    }

    /// What it says next.
    pub fn next(&self) -> Value {
        self.lines.lock().unwrap().recv_timeout(PATIENCE).unwrap()
    }

    /// What it says next, waited for beside other work.
    pub async fn next_async(&self) -> Value {
        let lines = self.lines.clone();
        tokio::task::spawn_blocking(move || lines.lock().unwrap().recv_timeout(PATIENCE).unwrap()).await.unwrap()
    }

    /// Ends it, and says whether it had nothing to say since.
    pub fn took_nothing(mut self) -> bool {
        self.end();
        self.lines.lock().unwrap().recv_timeout(PATIENCE) == Err(RecvTimeoutError::Disconnected)
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Settings without TLS.
    pub fn plain(&self) -> MailSettings {
        MailSettings {
            server: "localhost".to_owned(),
            port: Some(self.port),
            security: Security::None,
            from: "Data Register <register@example.org>".to_owned(),
            password_file: None,
            certificate_file: None,
        }
    }

    /// Settings that trust the server's authority.
    pub fn secured(&self) -> MailSettings {
        MailSettings { certificate_file: Some(self.folder.path().join("ca.pem")), ..self.plain() }
    }

    fn end(&mut self) {
        drop(self.input.take());
        let _ = self.process.wait();
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.end();
    }
}
