//! Answers: their stored form, and how they are read from a page and shown on it again.

use std::collections::BTreeMap;

use casework::answer::{AccreditedPerson, Answer, Answers, AttachedFile, Fields, SafeguardEvidence};
use casework::form::{Form, Kind, Question};
use proptest::prelude::*;
use register::vocabulary::Safeguard;
use register::{Digest, Organisation, PartialDate};

use super::form::shipped;

const GOLDEN: &str = include_str!("../golden/answers.v1.json");

fn text(text: &str) -> Answer {
    Answer::Text(text.to_owned())
}

fn date(text: &str) -> PartialDate {
    text.parse().unwrap()
}

fn choice(code: &str) -> Answer {
    Answer::Choice(code.to_owned())
}

fn organisation(name: &str, ids: &[(&str, &str)]) -> Organisation {
    let ids: BTreeMap<String, String> = ids.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    Organisation { ids, ..Organisation::named(name) }
}

fn file(name: &str) -> AttachedFile {
    AttachedFile { bytes: 1_024, digest: Digest::of(name.as_bytes()), name: name.to_owned() }
}

/// An application to the shipped form that can be submitted.
pub fn finished() -> Answers {
    let form = shipped();
    let people = vec![
        AccreditedPerson {
            accreditation: "ons-accredited".to_owned(),
            expires: Some(date("2030-06-30")),
            name: "Ada Byron".to_owned(),
            number: Some("AR-1815".to_owned()),
        },
        AccreditedPerson {
            accreditation: "none".to_owned(),
            expires: None,
            name: "Charles B".to_owned(),
            number: None,
        },
    ];
    let safeguards = vec![
        SafeguardEvidence {
            evidence: "CE-2231".to_owned(),
            expires: Some(date("2028-02-29")),
            safeguard: Safeguard::CyberEssentials,
        },
        SafeguardEvidence { evidence: "2 people".to_owned(), expires: None, safeguard: Safeguard::Declaration },
    ];
    let given = [
        ("title", text("Reading in year 6")),
        ("who-benefits", Answer::Choices(vec!["pupils".to_owned(), "schools".to_owned()])),
        ("commercial", Answer::YesNo(false)),
        ("funded", Answer::YesNo(true)),
        ("funders", Answer::Organisations(vec![organisation("Hollin Trust", &[("charity-number", "DEMO-20933")])])),
        ("route", choice("direct-supply")),
        ("start-date", Answer::Date(date("2027-01-01"))),
        ("end-date", Answer::Date(date("2029-12-31"))),
        ("legal-gateway", choice("education-act-537a")),
        ("article-6", choice("gdpr-6-1-e")),
        ("article-9", Answer::Choices(vec!["gdpr-9-2-j".to_owned()])),
        ("ethics", choice("given")),
        ("ethics-letter", Answer::Files(vec![file("letter.pdf")])),
        ("dpia", Answer::YesNo(true)),
        ("dpia-file", Answer::Files(vec![file("dpia.pdf")])),
        ("joint", Answer::YesNo(false)),
        ("has-processors", Answer::YesNo(true)),
        (
            "processors",
            Answer::Organisations(vec![organisation("Racks Ltd", &[("company-number", "DEMO-1"), ("ico", "ZA1")])]),
        ),
        ("onward", choice("no")),
        ("people", Answer::People(people)),
        ("territory", choice("united-kingdom")),
        ("safeguards", Answer::Safeguards(safeguards)),
        ("frequency", choice("once")),
        ("linked", Answer::YesNo(false)),
        ("retention", Answer::Number(12)),
    ];
    let mut answers: Answers = given.into_iter().map(|(id, answer)| (id.to_owned(), answer)).collect();
    // Paragraphs say something that a page must show as it is.
    let asked: Vec<String> = form.asked(&answers).iter().map(|question| question.id.clone()).collect();
    for id in asked {
        let words = match form.question(&id).unwrap().kind {
            Kind::LongText { .. } => format!("About {id}.\nAnd <more> & \"more\"."),
            Kind::ShortText { .. } => format!("About {id}"),
            _ => continue,
        };
        answers.entry(id).or_insert_with(|| text(&words));
    }
    answers
}

#[test]
fn stored_answers_are_read_for_ever() {
    let sample: Answers = [
        ("a-text", text("One.\nTwo \"2\".")),
        ("a-yes-no", Answer::YesNo(true)),
        ("a-choice", choice("gdpr-6-1-e")),
        ("a-choices", Answer::Choices(vec!["pupils".to_owned(), "schools".to_owned()])),
        ("a-date", Answer::Date(date("2027-01-01"))),
        ("a-number", Answer::Number(-12)),
        ("organisations", Answer::Organisations(vec![organisation("Racks Ltd", &[("ico", "ZA1")])])),
        ("people", finished()["people"].clone()),
        ("safeguards", finished()["safeguards"].clone()),
        ("files", Answer::Files(vec![file("letter.pdf")])),
    ]
    .into_iter()
    .map(|(id, answer)| (id.to_owned(), answer))
    .collect();
    assert_eq!(serde_json::from_str::<Answers>(GOLDEN).unwrap(), sample);
    assert_eq!(serde_json::to_string(&sample).unwrap(), GOLDEN.trim_end());
    for wrong in [r#"{"kind":"poem","value":"x"}"#, r#"{"kind":"text"}"#, r#"{"kind":"text","value":"x","more":1}"#] {
        assert!(serde_json::from_str::<Answer>(wrong).is_err(), "{wrong}");
    }
}

fn fields(given: &[(&str, &str)]) -> Fields {
    let mut fields = Fields::new();
    for (name, value) in given {
        fields.entry((*name).to_owned()).or_default().push((*value).to_owned());
    }
    fields
}

fn told(question: &str, given: &[(&str, &str)]) -> Vec<(String, String)> {
    let form = shipped();
    let faults = form.question(question).unwrap().read(&fields(given)).unwrap_err();
    faults.into_iter().map(|fault| (fault.field, fault.message)).collect()
}

fn read(question: &str, given: &[(&str, &str)]) -> Option<Answer> {
    shipped().question(question).unwrap().read(&fields(given)).unwrap()
}

#[test]
fn what_was_left_empty_is_no_answer() {
    for question in [
        "title",
        "purpose",
        "commercial",
        "route",
        "who-benefits",
        "start-date",
        "retention",
        "funders",
        "people",
        "safeguards",
    ] {
        assert_eq!(read(question, &[]), None, "{question}");
        let blank = [("answer", " "), ("answer-day", ""), ("name-1", " "), ("number-1", ""), ("evidence-training", "")];
        assert_eq!(read(question, &blank), None, "{question}");
    }
}

#[test]
fn each_field_says_what_is_wrong_with_it() {
    let one = |field: &str, message: &str| vec![(field.to_owned(), message.to_owned())];
    let long = "x".repeat(151);
    assert_eq!(
        told("title", &[("answer", &long)]),
        one("answer", "The title of the project must be 150 characters or fewer")
    );
    let words = "word ".repeat(201);
    assert_eq!(
        told("summary", &[("answer", &words)]),
        one("answer", "The plain summary must be 200 words or fewer; it has 201")
    );
    assert_eq!(
        told("summary", &[("answer", &"x".repeat(4_001))]),
        one("answer", "The plain summary must be 4000 characters or fewer")
    );
    assert_eq!(
        told("summary", &[("answer", "a\u{7}b")]),
        one("answer", "The plain summary must not have control characters")
    );
    assert_eq!(told("route", &[("answer", "teleport")]), one("answer", "Select how you want to use the data"));
    assert_eq!(
        told("who-benefits", &[("answer", "pupils"), ("answer", "cats")]),
        one("answer", "Select who will benefit")
    );
    assert_eq!(
        told("article-9", &[("answer", "none"), ("answer", "gdpr-9-2-j")]),
        one(
            "answer",
            "Select your condition under Article 9 of the UK GDPR, or select \"We do not ask for such data\" alone"
        )
    );
    assert_eq!(
        told("retention", &[("answer", "ten")]),
        one("answer", "How long you keep the data must be a whole number, such as 5")
    );
    assert_eq!(
        told("retention", &[("answer", "121")]),
        one("answer", "How long you keep the data must be from 0 to 120 months")
    );
    assert_eq!(
        told("end-date", &[("answer-day", "1"), ("answer-year", "2027")]),
        one("answer-month", "The end date must include a month")
    );
    for (day, month, year) in
        [("30", "2", "2027"), ("x", "2", "2027"), ("1", "13", "2027"), ("1", "1", "27"), ("+1", "1", "2027")]
    {
        let given = [("answer-day", day), ("answer-month", month), ("answer-year", year)];
        assert_eq!(told("end-date", &given), one("answer-day", "The end date must be a real date, such as 27 3 2027"));
    }
    assert_eq!(
        told("people", &[("name-1", "Ada"), ("accreditation-1", "ons-accredited")]),
        [
            ("number-1".to_owned(), "Enter the accreditation number of Ada".to_owned()),
            ("expires-day-1".to_owned(), "Enter the date on which the accreditation of Ada expires".to_owned()),
        ]
    );
    assert_eq!(told("people", &[("name-1", "Ada")]), one("accreditation-1", "Select the accreditation of Ada"));
    assert_eq!(told("processors", &[("company-number-1", "123")]), one("name-1", "Enter the name of the organisation"));
    assert_eq!(
        told(
            "safeguards",
            &[
                ("answer", "training"),
                ("expires-day-training", "1"),
                ("expires-month-training", "1"),
                ("expires-year-training", "2030")
            ]
        ),
        one("evidence-training", "Enter the evidence of Training of everybody who will see the data")
    );
}

#[test]
fn rows_are_read_in_order_and_blank_ones_are_passed_over() {
    let given = [
        ("name-10", "Third"),
        ("name-2", " First  one "),
        ("name-3", "Second"),
        ("ico-3", "ZA1"),
        ("name-99999", "no"),
        ("name-x", "no"),
    ];
    let Some(Answer::Organisations(rows)) = read("processors", &given) else { panic!("no answer") };
    assert_eq!(
        rows,
        [organisation("First one", &[]), organisation("Second", &[("ico", "ZA1")]), organisation("Third", &[])]
    );
    let many: Vec<(String, String)> = (1..=51).map(|number| (format!("name-{number}"), "A".to_owned())).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    assert_eq!(
        told("processors", &many)[0].1,
        "The organisations that handle the data for you must be 20 organisations or fewer"
    );
}

#[test]
fn text_keeps_its_paragraphs_and_loses_carriage_returns() {
    assert_eq!(read("purpose", &[("answer", " One.\r\n\r\nTwo.\rThree. ")]), Some(text("One.\n\nTwo.\nThree.")));
    assert_eq!(read("title", &[("answer", " Reading \n in  year 6 ")]), Some(text("Reading in year 6")));
    assert_eq!(read("retention", &[("answer", "1 0 0")]), Some(Answer::Number(100)));
}

/// An answer to a question that may be right or wrong.
fn any_answer(question: &Question) -> BoxedStrategy<Option<Answer>> {
    let codes: Vec<String> = match &question.kind {
        Kind::OneOf { options } | Kind::SomeOf { options } => {
            options.iter().map(|option| option.code.clone()).collect()
        }
        _ => vec!["x".to_owned()],
    };
    let right = match &question.kind {
        Kind::ShortText { .. } | Kind::LongText { .. } => "[a-z é<&\n]{1,30}".prop_map(Answer::Text).boxed(),
        Kind::YesNo => any::<bool>().prop_map(Answer::YesNo).boxed(),
        Kind::OneOf { .. } => prop::sample::select(codes).prop_map(Answer::Choice).boxed(),
        Kind::SomeOf { .. } => {
            prop::sample::subsequence(codes.clone(), 0..=codes.len()).prop_map(Answer::Choices).boxed()
        }
        Kind::Date { .. } => (2020_i16..2035, 1_u8..=12, 1_u8..=28)
            .prop_map(|(year, month, day)| Answer::Date(PartialDate::day(year, month, day).unwrap()))
            .boxed(),
        Kind::Number { .. } => (-5_i64..150).prop_map(Answer::Number).boxed(),
        _ => prop::sample::select(vec![finished().get(&question.id).cloned(), Some(Answer::People(Vec::new()))])
            .prop_map(|answer| answer.unwrap_or(Answer::Number(1)))
            .boxed(),
    };
    prop_oneof![1 => Just(None), 8 => right.prop_map(Some), 1 => Just(Some(Answer::Number(3)))].boxed()
}

/// Answers to the shipped form, right and wrong, asked and stale.
pub fn any_answers() -> impl Strategy<Value = Answers> {
    let form: Form = shipped();
    let each: Vec<_> = form.questions().map(|question| (Just(question.id.clone()), any_answer(question))).collect();
    let some =
        each.prop_map(|given| given.into_iter().filter_map(|(id, answer)| Some((id, answer?))).collect::<Answers>());
    // Half of them are finished but for a few.
    prop_oneof![
        some.clone(),
        (some, any::<u64>()).prop_map(|(some, kept)| {
            let mut answers = finished();
            answers
                .extend(some.into_iter().enumerate().filter(|(at, _)| kept >> (at % 64) & 15 == 0).map(|(_, it)| it));
            answers
        })
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_a_page_shows_reads_as_the_same_answer(answers in any_answers()) {
        let form = shipped();
        for question in form.questions().filter(|question| !matches!(question.kind, Kind::Files { .. } | Kind::Basket)) {
            let Some(answer) = answers.get(&question.id).filter(|answer| question.faults(answer).is_empty()) else { continue };
            let again = question.read(&answer.fields()).unwrap();
            let trimmed = match answer {
                Answer::Text(words) => {
                    let one_line = matches!(question.kind, Kind::ShortText { .. });
                    Answer::Text(if one_line { words.split_whitespace().collect::<Vec<_>>().join(" ") } else { words.trim().to_owned() })
                }
                other => other.clone(),
            };
            prop_assert_eq!(again, Some(trimmed).filter(|answer| !answer.is_empty()));
        }
    }

    #[test]
    fn any_fields_are_read_or_told_what_is_wrong(
        given in prop::collection::btree_map(
            "(answer|name|number|expires|evidence|accreditation|ico)(-(day|month|year))?(-(1|2|training|iso-27001))?",
            prop::collection::vec(prop_oneof!["\\PC{0,8}", Just("training".to_owned()), Just("12".to_owned()), Just("\u{0}".to_owned())], 0..3),
            0..8,
        ),
    ) {
        for question in shipped().questions() {
            match question.read(&given) {
                Ok(Some(answer)) => prop_assert!(question.faults(&answer).is_empty()),
                Ok(None) => {}
                Err(faults) => prop_assert!(!faults.is_empty() && faults.iter().all(|fault| !fault.message.is_empty())),
            }
        }
    }
}
