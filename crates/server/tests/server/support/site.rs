//! The demonstration register in a folder of its own, and requests to its site without a network.

#![allow(dead_code)] // each test uses a part of it
use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use axum::response::Response;
use http_body_util::BodyExt;
use register::statement::{Access, ShareApplied};
use register::vocabulary::Channel;
use register::{Disclosure, Draft, Moment, Organisation, Register, Salt, Statement};
use server::web::{Site, Source, router};
use store::{DataFolder, Publisher};
use tower::ServiceExt;

/// The moment at which tests ask, so that what is overdue does not depend on the day on which they run.
pub const TODAY: &str = "2026-11-24T12:00:00Z";

/// A site and the folder that it reads.
pub struct TestSite {
    _place: Option<tempfile::TempDir>,
    public: PathBuf,
    data: Option<DataFolder>,
    now: Moment,
    register: Option<Register>,
    statements: Vec<(Statement, Vec<Disclosure>)>,
    router: axum::Router,
}

/// The answer to a request, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
    pub text: String,
}

fn salts() -> impl FnMut() -> Salt {
    let mut count = 0_u64;
    move || {
        count += 1;
        let mut bytes = [9; 32];
        bytes[..8].copy_from_slice(&count.to_be_bytes());
        Salt(bytes)
    }
}

/// Every text that the demonstration register withholds.
pub fn withheld_values() -> Vec<String> {
    let drafts = server::demo::drafts(&mut salts());
    drafts.iter().flat_map(|draft| &draft.withheld).map(|text| text.value().to_owned()).collect()
}

/// The demonstration register, published anew.
pub fn demonstration() -> TestSite {
    let place = tempfile::tempdir().unwrap();
    let data = DataFolder::at(place.path().join("data"));
    data.create(Some("demonstration.invalid/register")).unwrap();
    let mut publisher = Publisher::open(data.clone()).unwrap();
    let drafts = server::demo::drafts(&mut salts());
    publisher.publish(&drafts).unwrap();
    publisher.write_files().unwrap();
    let register = publisher.register().clone();
    let statements = drafts.into_iter().map(|draft| (draft.statement, draft.public)).collect();
    TestSite::new(Some(place), data.public(), Some(data), TODAY.parse().unwrap(), Some(register), statements)
}

/// A folder in which nothing is.
pub fn empty() -> TestSite {
    let place = tempfile::tempdir().unwrap();
    let public = place.path().to_owned();
    TestSite::new(Some(place), public, None, TODAY.parse().unwrap(), None, Vec::new())
}

impl TestSite {
    fn new(
        place: Option<tempfile::TempDir>,
        public: PathBuf,
        data: Option<DataFolder>,
        now: Moment,
        register: Option<Register>,
        statements: Vec<(Statement, Vec<Disclosure>)>,
    ) -> TestSite {
        let source = match &data {
            Some(data) => Source::Live(data.site_database()),
            None => Source::Published(public.join("register.sqlite")),
        };
        let router = router(Site::with_clock(&public, source, move || now));
        TestSite { _place: place, public, data, now, register, statements, router }
    }

    /// Every statement as it was published, with its public texts.
    pub fn statements(&self) -> &[(Statement, Vec<Disclosure>)] {
        &self.statements
    }

    pub fn public(&self) -> &Path {
        &self.public
    }

    pub fn register(&self) -> &Register {
        self.register.as_ref().unwrap()
    }

    /// The data folder, for a test that publishes.
    pub fn data(&self) -> DataFolder {
        self.data.clone().unwrap()
    }

    pub fn size(&self) -> u64 {
        self.register().size()
    }

    /// The same folder on another day.
    pub fn on(&self, now: &str) -> TestSite {
        let public = self.public.clone();
        TestSite::new(None, public, None, now.parse().unwrap(), self.register.clone(), self.statements.clone())
    }

    /// A plain copy of the folder's files.
    pub fn copy(&self) -> TestSite {
        let place = tempfile::tempdir().unwrap();
        copy_folder(&self.public, place.path());
        let public = place.path().to_owned();
        TestSite::new(Some(place), public, None, self.now, self.register.clone(), self.statements.clone())
    }

    /// Publishes two shares under references that no sensible body would choose.
    pub fn publish_another_share(&self) {
        let mut publisher = Publisher::open(self.data.clone().unwrap()).unwrap();
        let logged = publisher.register().last_logged().unwrap();
        let applied = |id: &str, reference: &str| {
            let body = ShareApplied {
                access: Access {
                    bases: Vec::new(),
                    channel: Channel::Panel,
                    datasets: Vec::new(),
                    facts: Default::default(),
                    recipient: Organisation::named("<b>Bold & Sons</b>"),
                    route: None,
                },
            };
            Draft::new(Statement::new(id, logged.date(), logged, body.into()).about(reference))
        };
        publisher.publish(&[applied("hostile-1", "a/../b c?d#e%2F"), applied("hostile-2", "..")]).unwrap();
        publisher.write_files().unwrap();
    }

    /// Publishes further statements.
    pub fn publish(&self, drafts: &[Draft]) {
        Publisher::open(self.data.clone().unwrap()).unwrap().publish(drafts).unwrap();
    }

    /// The links of a page that begin so.
    pub async fn links(&self, page: &str, beginning: &str) -> Vec<String> {
        let text = get(self, page).await.text;
        let hrefs = text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        hrefs.filter(|href| href.starts_with(beginning)).map(str::to_owned).collect()
    }

    /// The first share of a list.
    pub async fn first_share(&self, query: &str) -> String {
        self.links(&format!("/find?{query}"), "/share").await.remove(0)
    }

    /// The pages of the shares that hold this.
    pub async fn shares_with(&self, wanted: &str) -> Vec<String> {
        let mut pages = Vec::new();
        for share in self.register().shares() {
            let page = get(self, &share_address(&share.reference)).await.text;
            if page.contains(wanted) {
                pages.push(page);
            }
        }
        pages
    }

    /// The path of the only partial tile in this folder.
    pub fn partial_tile(&self, folder: &str) -> String {
        let entry = std::fs::read_dir(self.public.join(folder)).unwrap().next().unwrap().unwrap();
        format!("/{folder}/{}", entry.file_name().into_string().unwrap())
    }
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            std::fs::create_dir(&target).unwrap();
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The address that a browser asks for.
pub fn share_address(reference: &str) -> String {
    if reference == ".." {
        return "/share?reference=..".to_owned();
    }
    let encoded: String = reference
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect();
    format!("/share/{encoded}")
}

pub async fn get(site: &TestSite, address: &str) -> Answer {
    visit(site, Method::GET, address).await
}

/// The same for a site of one's own.
pub async fn get_from(site: Site, address: &str) -> Answer {
    answer_of(router(site), Method::GET, address, &[]).await
}

pub async fn visit(site: &TestSite, method: Method, address: &str) -> Answer {
    request(site, method, address, &[]).await
}

pub async fn request(site: &TestSite, method: Method, address: &str, headers: &[(&str, &str)]) -> Answer {
    answer_of(site.router.clone(), method, address, headers).await
}

async fn answer_of(router: axum::Router, method: Method, address: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(address);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response: Response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes().to_vec();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Answer { status: parts.status, headers: parts.headers, bytes, text }
}

pub fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).map_or("", |value| value.to_str().unwrap())
}
