//! The form: how it is read, when its questions are asked, and what keeps an application from being submitted.

use casework::form::{Form, Kind, TaskState};
use casework::{Answer, Answers, Specification};
use register::PartialDate;
use register::vocabulary::{Ground, Route};

use super::answers::{any_answers, finished};
use super::samples::{dictionary, source};
use proptest::prelude::*;

pub fn shipped() -> Form {
    Form::shipped("pupil-database").unwrap().clone()
}

pub fn today() -> PartialDate {
    "2026-11-24".parse().unwrap()
}

pub fn basket() -> Specification {
    let mut basket = Specification::default();
    basket.add(source(&dictionary()), "ks4-gender", (2005, 2010), &[]).unwrap();
    basket
}

const SMALL: &str = r#"code = "small"
version = 1
title = "Small"
declaration = ["It is true."]

[[section]]
safe = "projects"
title = "The project"

[[section.task]]
id = "first"
title = "First"

[[section.task.question]]
id = "money"
name = "whether there is money"
label = "Is there money?"
kind = "yes-no"

[[section.task.question]]
id = "who"
name = "who pays"
label = "Who pays?"
kind = "short-text"
max-characters = 20
shown-when = [{ question = "money", is = ["yes"] }]

[[section.task.question]]
id = "basket"
name = "the data"
label = "Which data?"
kind = "basket"
"#;

fn refused(from: &str, to: &str) -> String {
    assert!(SMALL.contains(from), "{from}");
    Form::parse("small.toml", &SMALL.replacen(from, to, 1)).unwrap_err().to_string()
}

#[test]
fn a_form_that_could_not_be_asked_is_refused_with_its_line_section_and_question() {
    Form::parse("small.toml", SMALL).unwrap();
    let who = "small.toml, line 21, section \"projects\", question \"who\": ";
    for (from, to, said) in [
        (
            "id = \"who\"",
            "id = \"money\"",
            "small.toml, line 21, section \"projects\", question \"money\": this question stands twice",
        ),
        (
            "question = \"money\"",
            "question = \"basket\"",
            &*format!("{who}\"shown-when\": expected an earlier question, found \"basket\""),
        ),
        (
            "question = \"money\"",
            "question = \"who\"",
            &*format!("{who}\"shown-when\": expected an earlier question, found \"who\""),
        ),
        (
            "question = \"money\"",
            "question = \"ghost\"",
            &*format!("{who}\"shown-when\": expected an earlier question"),
        ),
        (
            "is = [\"yes\"]",
            "is = [\"maybe\"]",
            &*format!("{who}\"shown-when\": expected answers to \"money\" among yes, no, found \"maybe\""),
        ),
        ("is = [\"yes\"]", "is = []", &*format!("{who}\"shown-when\": expected an answer to \"money\"")),
        ("kind = \"short-text\"", "kind = \"poem\"", &*format!("{who}\"kind\": expected one of short-text, ")),
        ("max-characters = 20", "", &*format!("{who}a question of the kind \"short-text\" needs \"max-characters\"")),
        (
            "max-characters = 20",
            "max-characters = 20\nmost = 3",
            &*format!("{who}a question of the kind \"short-text\" has no \"most\""),
        ),
        (
            "max-characters = 20",
            "max-characters = 20\nbecomes = { text = \"songs\" }",
            &*format!("{who}\"becomes\": the register has no text \"songs\""),
        ),
        (
            "max-characters = 20",
            "max-characters = 20\nbecomes = \"start\"",
            &*format!("{who}\"becomes\": an answer of this kind cannot become Start"),
        ),
        (
            "max-characters = 20",
            "max-characters = 20\nbecomes = \"route\"",
            &*format!("{who}\"becomes\": a route is one of several options"),
        ),
        ("label = \"Who pays?\"", "label = \"\"", &*format!("{who}\"label\": expected words on one line")),
        (
            "label = \"Who pays?\"",
            "lable = \"Who pays?\"",
            "small.toml, line 23, section \"projects\", question \"who\": unknown field `lable`",
        ),
        (
            "label = \"Who pays?\"",
            "label = 3",
            "small.toml, line 23, section \"projects\", question \"who\": invalid type",
        ),
        ("label = \"Who pays?\"", "label = \"Who", "small.toml, line 23, section \"projects\", question \"who\": "),
        ("safe = \"projects\"", "safe = \"castles\"", "small.toml, line 7: unknown variant `castles`"),
        ("kind = \"basket\"", "kind = \"yes-no\"", "expected one question of the kind \"basket\", found 0"),
        ("version = 1", "version = 0", "small.toml, line 1: expected a version from 1"),
        ("declaration = [\"It is true.\"]", "declaration = []", "expected a declaration"),
        ("id = \"first\"", "id = \"First task\"", "small.toml, line 11, section \"projects\": found \"First task\""),
    ] {
        let error = refused(from, to);
        assert!(
            error.starts_with(said) || error.ends_with(said) || error.contains(said),
            "{to}: expected {said:?} in {error:?}"
        );
    }
    for text in ["", "code", "= = =", "\u{0}"] {
        assert!(Form::parse("x.toml", text).unwrap_err().to_string().starts_with("x.toml, line 1"), "{text:?}");
    }
}

#[test]
fn the_shipped_form_asks_what_the_issue_lists_and_its_public_texts_are_the_register_s() {
    let form = shipped();
    assert_eq!(&form, Form::named("pupil-database-1").unwrap());
    assert_eq!(form.sections.len(), 5, "the Five Safes");
    for id in [
        "purpose",
        "technical-summary",
        "public-benefit",
        "who-benefits",
        "methods",
        "why-not-less",
        "why-direct",
        "route",
        "legal-gateway",
        "article-6",
        "article-9",
        "ethics",
        "funders",
        "commercial-interest",
        "people",
        "processors",
        "place",
        "safeguards",
        "expected-outputs",
        "retention",
        "end-date",
        "basket",
    ] {
        assert!(form.question(id).is_some(), "{id}");
    }
    let people = form.question("people").unwrap();
    assert!(people.names_people);
    let Kind::Safeguards { options } = &form.question("safeguards").unwrap().kind else { panic!("another kind") };
    assert!(options.iter().filter(|option| option.expires).count() >= 4);
}

/// The Flesch-Kincaid grade of the words that an applicant reads, with syllables counted as groups of vowels.
#[test]
fn the_questions_are_plain_enough() {
    let form = shipped();
    let (mut words, mut sentences, mut syllables) = (0_u32, 0_u32, 0_u32);
    for question in form.questions() {
        for text in [Some(&question.label), question.hint.as_ref(), question.help.as_ref()].into_iter().flatten() {
            sentences += u32::try_from(text.matches(['.', '?']).count().max(1)).unwrap();
            for word in text.split_whitespace() {
                words += 1;
                let vowels: Vec<bool> = word.to_lowercase().chars().map(|letter| "aeiouy".contains(letter)).collect();
                let groups = vowels
                    .iter()
                    .zip(std::iter::once(&false).chain(&vowels))
                    .filter(|(now, before)| **now && !**before);
                syllables += u32::try_from(groups.count().max(1)).unwrap();
            }
        }
    }
    let grade = 0.39 * f64::from(words) / f64::from(sentences) + 11.8 * f64::from(syllables) / f64::from(words) - 15.59;
    assert!(grade < 7.0, "grade {grade:.1}");
}

#[test]
fn a_finished_application_has_no_problems_and_every_task_is_done() {
    let form = shipped();
    let answers = finished();
    assert_eq!(form.problems(&answers, &basket(), today()), []);
    for status in form.progress(&answers, &basket(), today()) {
        assert!(matches!(status.state, TaskState::Done), "{}: {:?}", status.task.id, status.state);
    }
}

#[test]
fn an_empty_application_is_asked_for_everything_by_its_own_name() {
    let form = shipped();
    let problems = form.problems(&Answers::new(), &Specification::default(), today());
    let of = |id: &str| problems.iter().find(|problem| problem.question == id).map(|problem| problem.message.as_str());
    assert_eq!(of("title"), Some("Enter the title of the project"));
    assert_eq!(of("legal-gateway"), Some("Select the law that lets the department share the data"));
    assert_eq!(of("people"), Some("Add the people who will see the data"));
    assert_eq!(of("basket"), Some("Choose at least one item of data"));
    assert_eq!(of("why-direct"), None, "not asked");
    assert!(
        form.progress(&Answers::new(), &Specification::default(), today())
            .iter()
            .all(|status| { matches!(status.state, TaskState::NotStarted) && status.answered == 0 })
    );
}

#[test]
fn a_question_that_is_not_asked_is_not_checked_and_its_stale_answer_is_not_submitted() {
    let form = shipped();
    let mut answers = finished();
    assert!(form.is_asked("why-direct", &answers) && form.submitted(&answers).contains_key("why-direct"));
    answers.insert("why-direct".to_owned(), Answer::YesNo(true));
    assert_eq!(form.problems(&answers, &basket(), today()).len(), 1, "of the wrong kind");
    answers.insert("route".to_owned(), Answer::Choice("secure-environment".to_owned()));
    answers.insert("environment".to_owned(), Answer::Choice("ons-srs".to_owned()));
    assert_eq!(form.problems(&answers, &basket(), today()), []);
    let submitted = form.submitted(&answers);
    assert!(!submitted.contains_key("why-direct") && !submitted.contains_key("place"));
    assert_eq!(form.public(&answers).route, Some(Route::SecureEnvironment));
    assert!(form.public(&answers).texts.iter().all(|text| text.name != "why-direct"));
}

#[test]
fn a_condition_on_a_question_that_is_not_asked_itself_does_not_hold() {
    let form = shipped();
    let mut answers = Answers::new();
    answers.insert("environment".to_owned(), Answer::Choice("other".to_owned()));
    assert!(!form.is_asked("other-environment", &answers), "the environment is not asked without its route");
    answers.insert("route".to_owned(), Answer::Choice("secure-environment".to_owned()));
    assert!(form.is_asked("other-environment", &answers));
}

#[test]
fn dates_hold_against_the_day_and_one_another() {
    let form = shipped();
    let mut answers = finished();
    answers.insert("end-date".to_owned(), Answer::Date("2026-11-24".parse().unwrap()));
    let told: Vec<String> =
        form.problems(&answers, &basket(), today()).into_iter().map(|problem| problem.message).collect();
    assert_eq!(told, ["The end date must be in the future", "The end date must be after 1 January 2027"]);
    let later: PartialDate = "2031-01-01".parse().unwrap();
    let lapsed: Vec<String> =
        form.problems(&finished(), &basket(), later).into_iter().map(|problem| problem.message).collect();
    assert!(lapsed.iter().any(|told| told.starts_with("The accreditation of Ada Byron has expired")), "{lapsed:?}");
    assert!(lapsed.iter().any(|told| told.starts_with("The evidence of Cyber Essentials has expired")), "{lapsed:?}");
}

#[test]
fn what_becomes_public_is_named_and_people_are_withheld() {
    let form = shipped();
    let public = form.public(&finished());
    let text = |name: &str| public.texts.iter().find(|text| text.name == name);
    assert_eq!(text("title").map(|text| (text.value.as_str(), text.withheld)), Some(("Reading in year 6", None)));
    assert_eq!(
        text("applicants").map(|text| (text.value.as_str(), text.withheld)),
        Some(("Ada Byron\nCharles B", Some(Ground::PersonalData)))
    );
    assert_eq!(public.bases, ["Education Act 1996 s.537A and SI 2009/1563", "UK GDPR Article 6(1)(e) (public task)"]);
    assert_eq!(public.facts.get("article-9").map(String::as_str), Some("Article 9(2)(j) (research and statistics)"));
    assert_eq!(public.route, Some(Route::DirectSupply));
    assert_eq!(public.end.map(|date| date.to_string()).as_deref(), Some("2029-12-31"));
    assert_eq!(public.territory.as_deref(), Some("United Kingdom"));
    assert_eq!(public.processors.len(), 1);
    assert_eq!(public.safeguards.len(), 2);
    // Nothing but texts, bases and codes may come from what was typed: a leaf holds no free text.
    for (scheme, value) in &public.facts {
        assert!(value.len() <= 300 && !value.contains('\n'), "{scheme}");
    }
}

#[test]
fn questions_follow_one_another_inside_their_task() {
    let form = shipped();
    let answers = finished();
    assert_eq!(form.next("title", &answers).unwrap().id, "summary");
    assert_eq!(form.next("route", &answers).unwrap().id, "why-direct");
    assert_eq!(form.next("why-direct", &answers).unwrap().id, "start-date", "the list of people is not asked for");
    assert!(form.next("end-date", &answers).is_none());
    assert_eq!(form.previous("start-date", &answers).unwrap().id, "why-direct");
    assert!(form.previous("title", &answers).is_none());
}

#[test]
fn only_answers_that_may_and_still_fit_are_used_again() {
    let form = shipped();
    let earlier = finished();
    let mut answers = Answers::new();
    let reused = form.reusable(&earlier, &answers);
    assert!(reused.contains_key("safeguards") && reused.contains_key("place") && !reused.contains_key("purpose"));
    answers.insert("place".to_owned(), Answer::Text("Somewhere else".to_owned()));
    assert!(!form.reusable(&earlier, &answers).contains_key("place"), "what is answered stays");
    let mut old = earlier;
    old.insert("territory".to_owned(), Answer::Choice("atlantis".to_owned()));
    assert!(!form.reusable(&old, &Answers::new()).contains_key("territory"), "no longer a choice");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn tasks_and_problems_agree_and_only_what_is_asked_is_submitted(answers in any_answers()) {
        let form = shipped();
        let problems = form.problems(&answers, &basket(), today());
        let open = form.progress(&answers, &basket(), today()).into_iter()
            .any(|status| matches!(status.state, TaskState::NotStarted | TaskState::InProgress));
        prop_assert_eq!(open, !problems.is_empty());
        let submitted = form.submitted(&answers);
        for id in submitted.keys() {
            prop_assert!(form.is_asked(id, &answers));
        }
        prop_assert_eq!(&form.submitted(&submitted), &submitted);
        prop_assert_eq!(form.problems(&submitted, &basket(), today()), problems);
        prop_assert_eq!(form.public(&submitted), form.public(&answers));
    }
}
