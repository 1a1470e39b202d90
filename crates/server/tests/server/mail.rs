//! Mail, sent to a real mail server (`tests/smtp/server.py`) that does what an address asks for.

use std::sync::Arc;

use crate::support::mail::MailServer;
use register::Moment;
use server::mail::letters::{Letter, Letterhead};
use server::mail::{MailSettings, Post, Reference, Security, Worker};
use store::Casework;
use store::casework::mail::{self, Fault, LEASE, Mail, NotGone};
use tempfile::TempDir;
use tokio::sync::{Notify, oneshot};

const START: i64 = 1_790_000_000;

fn at(seconds: i64) -> Moment {
    Moment::from_seconds(START + seconds).unwrap()
}

struct Outbox {
    _folder: TempDir,
    casework: Arc<Casework>,
}

impl Outbox {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let casework = Arc::new(Casework::open(&folder.path().join("casework.sqlite")).unwrap());
        Self { _folder: folder, casework }
    }

    fn owe(&self, key: &str, to: &str) {
        let reference = Reference::of("DR200914.01").unwrap();
        let letterhead = Letterhead { custodian: "Example & Daughters", contact: Some("questions@example.org") };
        let link = "https://register.example.org/desk/cases/DR200914.01?a=1&b=2";
        let letter = Letter::DecisionMade { share: &reference };
        let owed: Mail = letter.mail(key.to_owned(), to, link, letterhead);
        assert!(self.casework.write(|transaction| mail::enqueue(transaction, &owed, at(0))).unwrap());
    }

    fn worker(&self, settings: &MailSettings) -> Worker<Arc<Casework>> {
        Worker::new(Post::of(settings).unwrap(), self.casework.clone())
    }

    fn not_gone(&self) -> Vec<NotGone> {
        self.casework.read(|transaction| mail::not_gone(transaction, 10)).unwrap()
    }
}

#[tokio::test]
async fn a_mail_is_sent_once_as_text_and_html_with_correct_headers() {
    let (server, outbox) = (MailServer::start(&[]), Outbox::new());
    outbox.owe("decided/DR200914.01/7", "somebody@example.org");
    let worker = outbox.worker(&server.plain());
    assert_eq!(worker.round(at(60)).await.unwrap(), None);
    assert_eq!(worker.round(at(120)).await.unwrap(), None);
    let took = server.next();
    let header = |name: &str| {
        let all: Vec<&str> = took["headers"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|line| line[0] == name)
            .map(|line| line[1].as_str().unwrap())
            .collect();
        assert_eq!(all.len(), 1, "{name}");
        all[0].to_owned()
    };
    assert_eq!(took["to"], serde_json::json!(["somebody@example.org"]));
    assert_eq!(took["envelope_from"], "register@example.org");
    assert_eq!(header("From"), "Data Register <register@example.org>");
    assert_eq!(header("To"), "somebody@example.org");
    assert_eq!(header("Subject"), "DR200914.01: A decision has been made");
    assert_eq!(header("Date"), "Mon, 21 Sep 2026 14:13:20 +0000");
    assert_eq!(header("MIME-Version"), "1.0");
    assert_eq!(header("Auto-Submitted"), "auto-generated");
    let id = header("Message-ID");
    assert!(id.starts_with('<') && id.ends_with("@example.org>") && id.len() == 46, "{id}");
    assert!(header("Content-Type").starts_with("multipart/alternative"));
    assert_eq!(took["parts"], serde_json::json!(["text/plain", "text/html"]));
    assert!(took["longest"].as_u64().unwrap() <= 998);
    let (text, html) = (took["text"].as_str().unwrap(), took["html"].as_str().unwrap());
    assert!(text.contains("https://register.example.org/desk/cases/DR200914.01?a=1&b=2"), "{text}");
    assert!(text.contains("Example & Daughters") && html.contains("Example &#38; Daughters"), "{text}{html}");
    assert_eq!(html.matches("<a href").count(), 1);
    // A second mail shows that the first was not sent twice.
    outbox.owe("decided/DR200914.01/8", "other@example.org");
    worker.round(at(180)).await.unwrap();
    assert_eq!(server.next()["to"], serde_json::json!(["other@example.org"]));
}

#[tokio::test]
async fn what_the_server_puts_off_is_tried_again_and_one_bad_address_holds_up_nobody() {
    let (server, outbox) = (MailServer::start(&[]), Outbox::new());
    for (key, to) in [
        ("a", "never@example.org"),
        ("b", "not an address"),
        ("c", "later@example.org"),
        ("d", "later-once@example.org"),
        ("e", "somebody@example.org"),
    ] {
        outbox.owe(key, to);
    }
    let worker = outbox.worker(&server.plain());
    let next = worker.round(at(0)).await.unwrap().unwrap();
    assert_eq!(server.next()["refused"], "never@example.org");
    assert_eq!(server.next()["later"], "later@example.org");
    assert_eq!(server.next()["later"], "later-once@example.org");
    assert_eq!(server.next()["to"], serde_json::json!(["somebody@example.org"]));
    let shown: Vec<_> = outbox.not_gone().into_iter().map(|one| (one.key, one.fault, one.next)).collect();
    let put_off = Some(at(60));
    assert_eq!(
        shown,
        [
            ("d".to_owned(), Some(Fault::Later), put_off),
            ("c".to_owned(), Some(Fault::Later), put_off),
            ("b".to_owned(), Some(Fault::Form), None),
            ("a".to_owned(), Some(Fault::Refused), None),
        ]
    );
    assert_eq!(next, at(60));
    assert_eq!(worker.round(at(59)).await.unwrap(), Some(next), "not before it is due");
    assert_eq!(worker.round(next).await.unwrap(), Some(at(60 + 120)));
    assert_eq!(server.next()["later"], "later@example.org");
    assert_eq!(server.next()["to"], serde_json::json!(["later-once@example.org"]));
    assert_eq!(outbox.not_gone().len(), 3);
}

#[tokio::test]
async fn a_process_that_ends_between_sending_and_knowing_sends_again_with_the_same_message_id() {
    let (server, outbox) = (MailServer::start(&[]), Outbox::new());
    outbox.owe("a", "hold@example.org");
    let worker = outbox.worker(&server.plain());
    // The server has the whole mail and has not said so when the sender is ended.
    let sending = tokio::spawn(async move { worker.round(at(0)).await });
    let first = server.next_async().await;
    sending.abort();
    assert!(sending.await.unwrap_err().is_cancelled());
    let worker = outbox.worker(&server.plain());
    assert_eq!(worker.round(at(LEASE - 1)).await.unwrap(), Some(at(LEASE)));
    assert_eq!(worker.round(at(LEASE)).await.unwrap(), None);
    let again = server.next();
    let named = |took: &serde_json::Value| {
        let same = ["Message-ID", "Date", "Subject", "To"];
        let headers = took["headers"].as_array().unwrap().clone();
        headers.into_iter().filter(|line| same.contains(&line[0].as_str().unwrap())).collect::<Vec<_>>()
    };
    assert_eq!((named(&first).len(), named(&first)), (4, named(&again)));
    assert!(outbox.not_gone().is_empty());
}

#[tokio::test]
async fn it_is_woken_by_a_notification_and_ends_when_told() {
    let (server, outbox) = (MailServer::start(&[]), Outbox::new());
    let wake = Arc::new(Notify::new());
    let (stop, stopped) = oneshot::channel::<()>();
    let worker = outbox.worker(&server.plain());
    let running = tokio::spawn(worker.run(wake.clone(), || at(0), async {
        let _ = stopped.await;
    }));
    for key in ["a", "b"] {
        outbox.owe(key, &format!("{key}@example.org"));
        wake.notify_one();
        assert_eq!(server.next_async().await["to"], serde_json::json!([format!("{key}@example.org")]));
    }
    stop.send(()).unwrap();
    running.await.unwrap();
}

#[tokio::test]
async fn mail_goes_through_tls_from_the_first_byte_or_starttls_with_a_sign_in() {
    for security in [Security::Tls, Security::StartTls] {
        let flag = if security == Security::Tls { "--tls" } else { "--starttls" };
        let sign_in = ["--user", "register", "--password", "correct horse"];
        let arguments = if security == Security::Tls { vec![flag] } else { [&[flag], &sign_in[..]].concat() };
        let server = MailServer::start(&arguments);
        let outbox = Outbox::new();
        outbox.owe("a", "somebody@example.org");
        let password_file =
            (security == Security::StartTls).then(|| server.file("password", "register\ncorrect horse\n"));
        let settings = MailSettings { security, password_file, ..server.secured() };
        assert_eq!(outbox.worker(&settings).round(at(0)).await.unwrap(), None);
        assert!(outbox.not_gone().is_empty(), "{:?}", outbox.not_gone());
        let took = server.next();
        if security == Security::StartTls {
            assert_eq!((&took["tls"], &took["user"]), (&true.into(), &"register".into()));
        }
    }
}

#[tokio::test]
async fn a_certificate_of_another_authority_or_another_name_is_refused_and_nothing_is_sent() {
    for (arguments, authority) in [
        (&["--tls"][..], "other-ca.pem"),
        (&["--starttls"], "other-ca.pem"),
        (&["--tls", "--name", "elsewhere.example.org"], "ca.pem"),
    ] {
        let server = MailServer::start(arguments);
        let outbox = Outbox::new();
        outbox.owe("a", "somebody@example.org");
        let security = if arguments[0] == "--tls" { Security::Tls } else { Security::StartTls };
        let certificate_file = Some(server.folder().join(authority));
        let settings = MailSettings { security, certificate_file, ..server.secured() };
        assert_eq!(outbox.worker(&settings).round(at(0)).await.unwrap(), Some(at(60)));
        assert_eq!(outbox.not_gone()[0].fault, Some(Fault::Tls), "{arguments:?}");
        assert!(server.took_nothing());
    }
}

#[tokio::test]
async fn what_is_wrong_with_the_server_or_the_sign_in_never_gives_a_mail_up() {
    let starttls = MailServer::start(&["--starttls", "--user", "register", "--password", "right"]);
    let closed = MailServer::start(&["--closed"]);
    let plain_only = MailServer::start(&[]);
    let nobody = MailSettings { port: Some(1), ..plain_only.plain() };
    let wrong = Some(starttls.file("password", "register\nwrong\n"));
    for (settings, fault) in [
        (MailSettings { security: Security::StartTls, password_file: wrong, ..starttls.secured() }, Fault::SignIn),
        (closed.plain(), Fault::Connection),
        (nobody, Fault::Connection),
        // It offers no STARTTLS: nothing is sent in the clear instead.
        (MailSettings { security: Security::StartTls, ..plain_only.plain() }, Fault::Connection),
    ] {
        let outbox = Outbox::new();
        for key in 0..20 {
            outbox.owe(&key.to_string(), "somebody@example.org");
        }
        assert_eq!(outbox.worker(&settings).round(at(0)).await.unwrap(), Some(at(60)));
        let shown = outbox.not_gone();
        assert!(shown.iter().all(|one| one.fault == Some(fault) && one.next == Some(at(60))), "{fault:?}: {shown:?}");
    }
    assert!(starttls.took_nothing() && plain_only.took_nothing());
}

/// A served folder with a mail in its outbox.
fn serve(server: &MailServer, data: &std::path::Path) -> std::process::Child {
    let settings = server.file(
        "settings.toml",
        &format!(
            "[mail]\nserver = \"localhost\"\nport = {}\nsecurity = \"none\"\nfrom = \"r@example.org\"\n",
            server.plain().port()
        ),
    );
    std::process::Command::new(env!("CARGO_BIN_EXE_rollcall-server"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .arg("--settings")
        .arg(settings)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn the_served_program_sends_what_is_in_the_outbox_and_writes_no_address_and_no_word_of_it() {
    let (server, place) = (MailServer::start(&[]), tempfile::tempdir().unwrap());
    let data = store::DataFolder::at(place.path().join("data"));
    data.create(Some("mail.invalid/register")).unwrap();
    let casework = Casework::open(&data.private().join("casework.sqlite")).unwrap();
    let long_ago = Moment::from_seconds(1_000_000).unwrap();
    let owed = |to: &str| Mail {
        key: format!("test/{to}"),
        to: to.to_owned(),
        subject: "A subject".to_owned(),
        text: "A confidential text".to_owned(),
        html: "<p>A confidential text</p>".to_owned(),
    };
    for to in ["never@example.org", "hold@example.org"] {
        casework.write(|transaction| mail::enqueue(transaction, &owed(to), long_ago)).unwrap();
    }
    let mut served = serve(&server, data.root());
    assert_eq!(server.next()["refused"], "never@example.org");
    assert_eq!(server.next()["to"], serde_json::json!(["hold@example.org"]));
    // The server has it and has not said so: a process that is ended here sends it again, later.
    served.kill().unwrap();
    let written = served.wait_with_output().unwrap().stderr;
    let written = String::from_utf8(written).unwrap();
    assert!(written.contains("a mail was given up") && !written.contains("example.org"), "{written}");
    assert!(!written.contains("confidential"), "{written}");
    let waits = casework.read(|transaction| mail::not_gone(transaction, 10)).unwrap();
    let waits: Vec<_> = waits.iter().map(|one| (one.key.as_str(), one.attempts, one.next.is_some())).collect();
    assert_eq!(waits, [("test/hold@example.org", 1, true), ("test/never@example.org", 1, false)]);
}

#[tokio::test]
async fn settings_that_cannot_be_are_named_without_showing_a_password() {
    let server = MailServer::start(&[]);
    let missing = MailSettings { password_file: Some(server.folder().join("none")), ..server.plain() };
    assert!(Post::of(&missing).unwrap_err().to_string().starts_with("mail.password_file: "));
    let secret = server.file("password", "only-a-password");
    let said = Post::of(&MailSettings { password_file: Some(secret), ..server.plain() }).unwrap_err().to_string();
    assert!(
        said.ends_with("expected a user and a password, each on a line of its own") && !said.contains("only-a"),
        "{said}"
    );
    let junk = server.file("junk.pem", "junk");
    let settings = MailSettings { security: Security::Tls, certificate_file: Some(junk), ..server.plain() };
    let said = Post::of(&settings).unwrap_err().to_string();
    assert!(said.ends_with("expected a certificate in PEM form"), "{said}");
}
