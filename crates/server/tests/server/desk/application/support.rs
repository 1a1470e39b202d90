//! People of two organisations, a register with dictionaries, and an application filled in page by page.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, COOKIE};
use axum::http::{Request, StatusCode};
use casework::answer::{AccreditedPerson, Fields, SafeguardEvidence};
use casework::form::{Kind, Question};
use casework::{Answer, Case, Form, OrganisationId, PersonId, Role};
use register::vocabulary::Safeguard;
use register::{Organisation, PartialDate, Salt};
use store::Publisher;
use store::casework::{cases, people};
use tower::ServiceExt;

use crate::support::desk::{self, Browser, TestDesk};

/// A desk with an organisation that applies.
pub struct Place {
    pub site: TestDesk,
    pub organisation: OrganisationId,
    pub applicant: PersonId,
    pub official: PersonId,
}

pub fn place() -> Place {
    let site = desk::new();
    let organisation = site.organisation("University of Rutland");
    let applicant = site.person("ada@example.org", &[(Role::Applicant, Some(organisation))]);
    let official = site.person("olga@example.org", &[(Role::SigningOfficial, Some(organisation))]);
    Place { site, organisation, applicant, official }
}

/// The same beside a register that has published dictionaries.
pub fn with_dictionaries() -> Place {
    let place = place();
    let mut count = 0_u64;
    let mut salt = move || {
        count += 1;
        let mut bytes = [9; 32];
        bytes[..8].copy_from_slice(&count.to_be_bytes());
        Salt(bytes)
    };
    let drafts = server::demo::drafts(&mut salt);
    Publisher::open(place.site.desk.data().clone()).unwrap().publish(&drafts).unwrap();
    place
}

impl Place {
    /// A browser in which the applicant has begun an application, and its address.
    pub async fn begun(&self) -> (Browser<'_>, String) {
        let mut browser = self.site.signed_in(self.applicant);
        let organisation = self.organisation.to_string();
        let answer = browser.submit("/desk/apply", "/desk/apply", &[("organisation", &organisation)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        let address = answer.location().to_owned();
        (browser, address)
    }

    pub fn case(&self, address: &str) -> Case {
        let reference = address.rsplit('/').next().unwrap().to_owned();
        self.site.read(|transaction| cases::case(transaction, &reference)).unwrap()
    }

    /// Puts another basket in the place of the one that was filled, past the pages.
    pub fn set_basket(&self, address: &str, specification: casework::Specification) {
        let (case, now) = (self.case(address), self.site.now());
        self.site.write(|transaction| {
            let actor = people::actor(transaction, self.applicant)?;
            let command = casework::Command::SetSpecification { specification: Box::new(specification) };
            let events = casework::decide(Some(&case), &actor, command, now).unwrap();
            cases::append(transaction, Some(case), events, Some(self.applicant), now, &casework::Calendar::england())
        });
    }

    /// Hands in a file at a question.
    pub async fn hand_in(&self, browser: &mut Browser<'_>, question: &str, name: &str, content: &[u8]) -> StatusCode {
        let page = browser.get(question).await;
        let (token, seen) = (page.form_token(), page.between("name=\"seen\" value=\"", "\"").unwrap());
        let mut body = Vec::new();
        for (name, value) in [("form-token", &token), ("seen", &seen)] {
            let part = format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend(part.into_bytes());
        }
        let head = format!("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
        body.extend(head.into_bytes());
        body.extend_from_slice(content);
        body.extend(b"\r\n--x--\r\n");
        let cookies: Vec<String> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request::post(format!("{question}/file"))
            .header(COOKIE, cookies.join("; "))
            .header(CONTENT_TYPE, "multipart/form-data; boundary=x")
            .header("sec-fetch-site", "same-origin");
        let router = server::desk::router(self.site.desk.clone());
        router.oneshot(request.body(Body::from(body)).unwrap()).await.unwrap().status()
    }

    /// Answers every question that is asked, each on its own page.
    pub async fn answer_all(&self, browser: &mut Browser<'_>, address: &str) {
        let form = Form::shipped("pupil-database").unwrap();
        for question in form.questions() {
            let answers = self.case(address).application.answers;
            if !form.is_asked(&question.id, &answers) || question.kind == Kind::Basket {
                continue;
            }
            let page = format!("{address}/question/{}", question.id);
            if matches!(question.kind, Kind::Files { .. }) {
                let sent = self.hand_in(browser, &page, "letter.txt", b"Agreed.\n").await;
                assert_eq!(sent, StatusCode::SEE_OTHER, "{}", question.id);
                continue;
            }
            let answer = save(browser, &page, &fields(question)).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}: {}", question.id, answer.text);
        }
    }

    /// Puts one item that needs no reason into the basket.
    pub async fn fill_basket(&self, browser: &mut Browser<'_>, address: &str) {
        let page = format!("{address}/basket/find?dataset=school-census");
        let item = super::basket::harmless(self);
        let sent = [("item", item.as_str()), ("first", "2015"), ("last", "2015")];
        let answer = save(browser, &page, &owned(&sent)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    }
}

pub fn owned(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Opens a page and sends its form with these fields, as a browser does: with the token and what was seen.
pub async fn save(browser: &mut Browser<'_>, page: &str, fields: &[(String, String)]) -> desk::Answer {
    let shown = browser.get(page).await;
    let seen = shown.between("name=\"seen\" value=\"", "\"").unwrap_or_default();
    let token = shown.form_token();
    let mut all = vec![("form-token", token.as_str()), ("seen", seen.as_str())];
    all.extend(fields.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    browser.post(page, &all).await
}

/// What somebody types at a question.
pub fn fields(question: &Question) -> Vec<(String, String)> {
    let sent: Fields = answer(question).fields();
    sent.into_iter().flat_map(|(name, values)| values.into_iter().map(move |value| (name.clone(), value))).collect()
}

fn answer(question: &Question) -> Answer {
    let day = |text: &str| text.parse::<PartialDate>().unwrap();
    match (&question.kind, question.id.as_str()) {
        (_, "route") => Answer::Choice("direct-supply".to_owned()),
        (Kind::ShortText { .. }, id) => Answer::Text(format!("About {id}")),
        (Kind::LongText { .. }, id) => Answer::Text(format!("First about {id}.\n<script>Then</script> & \"more\".")),
        (Kind::YesNo, _) => Answer::YesNo(true),
        (Kind::OneOf { options }, _) => Answer::Choice(options[0].code.clone()),
        (Kind::SomeOf { options }, _) => Answer::Choices(vec![options[1].code.clone()]),
        (Kind::Date { .. }, "start-date") => Answer::Date(day("2027-01-01")),
        (Kind::Date { .. }, _) => Answer::Date(day("2029-12-31")),
        (Kind::Number { .. }, _) => Answer::Number(12),
        (Kind::Organisations { identifiers, .. }, id) => {
            let ids = BTreeMap::from([(identifiers[0].clone(), "DEMO-1".to_owned())]);
            Answer::Organisations(vec![Organisation { ids, ..Organisation::named(&format!("Example {id} Ltd")) }])
        }
        (Kind::People { .. }, _) => Answer::People(vec![AccreditedPerson {
            accreditation: "ons-accredited".to_owned(),
            expires: Some(day("2030-06-30")),
            name: "Ada Byron".to_owned(),
            number: Some("AR-1815".to_owned()),
        }]),
        (Kind::Safeguards { .. }, _) => Answer::Safeguards(vec![SafeguardEvidence {
            evidence: "CE-2231".to_owned(),
            expires: Some(day("2028-02-29")),
            safeguard: Safeguard::CyberEssentials,
        }]),
        (Kind::Files { .. } | Kind::Basket, id) => panic!("{id} is not typed in"),
    }
}
