//! Files that are sent to the desk and given out again, through its own extractor and answer.

use crate::support::desk;
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use http_body_util::BodyExt;
use server::desk::Desk;
use server::desk::files::{Given, UPLOAD, Upload, attachment};
use server::desk::problem::Problem;
use store::casework::documents::{DocumentId, LARGEST};
use tower::ServiceExt;

async fn upload(State(desk): State<Desk>, upload: Upload) -> Result<String, Problem> {
    let now = desk.now();
    let holder = upload.fields.raw("case").to_owned();
    match upload.file {
        Given::Nothing => Ok("nothing".to_owned()),
        Given::Refused(refusal) => Ok(refusal.to_string()),
        Given::Received(received) => {
            let documents = desk.clone();
            let id =
                desk.write(move |transaction| Ok(documents.documents().put(transaction, received, &holder, now)?));
            Ok(id.await?.0.to_string())
        }
    }
}

async fn download(State(desk): State<Desk>, Path(id): Path<i64>) -> Result<Response, Problem> {
    let documents = desk.clone();
    let document = desk.read(move |transaction| Ok(documents.documents().get(transaction, DocumentId(id))?)).await?;
    attachment(&desk, document.ok_or(Problem::NotFound)?).await
}

struct Site<'a> {
    site: &'a desk::TestDesk,
    router: Router,
    cookie: String,
    token: String,
}

impl<'a> Site<'a> {
    async fn new(site: &'a desk::TestDesk) -> Self {
        let mut browser = site.signed_in(site.person("ada@example.org", &[]));
        let token = browser.get("/desk").await.form_token();
        let cookie = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let router = Router::new()
            .route("/desk/upload", post(upload).layer(DefaultBodyLimit::max(UPLOAD)))
            .route("/desk/download/{id}", get(download))
            .with_state(site.desk.clone());
        Self { site, router, cookie, token }
    }

    /// Sends a form of these parts: name, file name, content.
    async fn send(&self, parts: &[(&str, Option<&str>, &[u8])]) -> (StatusCode, String) {
        let mut body = Vec::new();
        for (name, file, content) in parts {
            let file = file.map(|file| format!("; filename=\"{file}\"\r\nContent-Type: text/html")).unwrap_or_default();
            body.extend(format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").into_bytes());
            body.extend_from_slice(content);
            body.extend(b"\r\n");
        }
        body.extend(b"--x--\r\n");
        let request = Request::post("/desk/upload")
            .header(COOKIE, &self.cookie)
            .header(CONTENT_TYPE, "multipart/form-data; boundary=x")
            .header("sec-fetch-site", "same-origin");
        let (status, _, body) = self.ask(request.body(Body::from(body)).unwrap()).await;
        (status, String::from_utf8(body).unwrap())
    }

    async fn get(&self, path: &str) -> (StatusCode, HeaderMap, Vec<u8>) {
        self.ask(Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn ask(&self, request: Request<Body>) -> (StatusCode, HeaderMap, Vec<u8>) {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        (status, headers, answer.into_body().collect().await.unwrap().to_bytes().to_vec())
    }

    fn files(&self) -> Vec<std::path::PathBuf> {
        let folder = std::fs::read_dir(self.site.desk.data().private().join("documents")).unwrap();
        folder.map(|entry| entry.unwrap().path()).filter(|path| path.file_name().unwrap() != "lock").collect()
    }
}

const PDF: &[u8] = b"%PDF-1.7\n<script>alert(1)</script>";

#[tokio::test]
async fn a_file_comes_in_behind_its_token_and_goes_out_for_saving_only() {
    let place = desk::new();
    let site = Site::new(&place).await;
    let token = site.token.as_bytes();
    let sent =
        site.send(&[("form-token", None, token), ("case", None, b"DR1"), ("file", Some("Plan é.pdf"), PDF)]).await;
    assert_eq!(sent, (StatusCode::OK, "1".to_owned()));
    let (status, headers, body) = site.get("/desk/download/1").await;
    assert_eq!((status, body.as_slice()), (StatusCode::OK, PDF));
    let header = |name| headers.get(name).unwrap().to_str().unwrap().to_owned();
    assert_eq!(header(CONTENT_TYPE), "application/pdf", "what it is, not what was claimed");
    assert_eq!(header(CONTENT_DISPOSITION), "attachment; filename=\"Plan _.pdf\"; filename*=UTF-8''Plan%20%C3%A9.pdf");
    assert_eq!(header(X_CONTENT_TYPE_OPTIONS), "nosniff");
    assert_eq!(header(CONTENT_SECURITY_POLICY), "sandbox; default-src 'none'");
}

#[tokio::test]
async fn without_its_token_first_nothing_is_taken() {
    let place = desk::new();
    let site = Site::new(&place).await;
    let token = site.token.as_bytes();
    let file: (&str, Option<&str>, &[u8]) = ("file", Some("a.pdf"), PDF);
    for parts in [
        vec![file],
        vec![("form-token", None, b"wrong".as_slice()), file],
        vec![file, ("form-token", None, token)],
        vec![("case", None, b"DR1".as_slice()), ("form-token", None, token), file],
        vec![("form-token", Some("form-token"), token), file],
        vec![],
    ] {
        assert_eq!(site.send(&parts).await.0, StatusCode::FORBIDDEN);
        assert!(site.files().is_empty());
    }
}

#[tokio::test]
async fn what_is_not_taken_is_said_in_plain_words_and_leaves_nothing_behind() {
    let place = desk::new();
    let site = Site::new(&place).await;
    let token = ("form-token", None, site.token.as_bytes());
    let said = |name, content| {
        let site = &site;
        async move { site.send(&[token, ("file", Some(name), content)]).await }
    };
    assert_eq!(said("", b"").await, (StatusCode::OK, "nothing".to_owned()));
    assert_eq!(said("a.pdf", b"").await.1, "The file is empty");
    assert!(
        said("a.png", PDF).await.1.starts_with("The file’s name says that it is a PNG picture, but it is a PDF file.")
    );
    let large = [PDF, &vec![b'x'; LARGEST as usize]].concat();
    assert_eq!(said("a.pdf", &large).await, (StatusCode::OK, "The file must be smaller than 25 MB".to_owned()));
    let larger = vec![b'x'; UPLOAD + 1];
    assert_eq!(said("a.pdf", &larger).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    let two = site.send(&[token, ("a", Some("a.pdf"), PDF), ("b", Some("b.pdf"), PDF)]).await;
    assert_eq!(two.0, StatusCode::PAYLOAD_TOO_LARGE, "one file a form");
    let text = vec![b'x'; 70_000];
    assert_eq!(site.send(&[token, ("case", None, &text)]).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(site.files().is_empty());
}

#[tokio::test]
async fn of_a_file_that_was_changed_nothing_leaves() {
    let place = desk::new();
    let site = Site::new(&place).await;
    let long = [PDF, &vec![b'x'; 200_000]].concat();
    site.send(&[("form-token", None, site.token.as_bytes()), ("file", Some("a.pdf"), &long)]).await;
    let path = site.files().remove(0);
    let mut sealed = std::fs::read(&path).unwrap();
    let last = sealed.len() - 1;
    sealed[last] ^= 1;
    std::fs::write(&path, sealed).unwrap();
    let (status, _, body) = site.get("/desk/download/1").await;
    assert_eq!((status, body.len()), (StatusCode::INTERNAL_SERVER_ERROR, 0));
}
