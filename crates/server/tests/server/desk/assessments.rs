//! Assessments at the desk: adding one, what is refused, who reads it, and that what a page says is what the file holds,
//! rounded.

use axum::http::StatusCode;
use casework::{Command, PersonId, Role};
use package::assessment::{Assessment, SizeBand};
use package::document::{parse_json, to_json};
use register::Count;

use super::decisions::story::{REFERENCE, Story, at, in_review, unescaped};
use crate::support::desk::{self, Answer};

/// A case in review, and who assesses it.
struct Desk {
    story: Story,
    analyst: PersonId,
}

impl Desk {
    fn new() -> Self {
        let story = in_review();
        let analyst = story.site.person("ana@example.org", &[(Role::ReleaseAnalyst, None)]);
        Self { story, analyst }
    }

    /// What the data zone might say of what this case asks for.
    fn assessment(&self) -> Assessment {
        let golden = include_bytes!("../../../../package/tests/golden/assessment.v1.json");
        Assessment { specification: self.story.case().asked_for().unwrap(), ..parse_json(golden).unwrap() }
    }

    /// Sends the form as this person, with a file.
    async fn send(&self, person: PersonId, file: &[u8]) -> Answer {
        let mut browser = self.story.site.signed_in(person);
        let token = browser.get("/desk").await.form_token();
        let seen = self.story.case().seq.to_string();
        let parts = [
            ("form-token", None, token.as_bytes()),
            ("seen", None, seen.as_bytes()),
            ("assessment", Some("assessment.json"), file),
        ];
        browser.upload(&at("assessment"), &parts).await
    }

    async fn add(&self, assessment: &Assessment) {
        let answer = self.send(self.analyst, to_json(assessment).unwrap().as_bytes()).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        assert_eq!(answer.location(), at("assessment"));
    }

    async fn get(&self, person: PersonId, page: &str) -> Answer {
        self.story.site.signed_in(person).get(at(page).trim_end_matches('/')).await
    }

    /// How many files lie in the folder of documents.
    fn files(&self) -> Vec<Vec<u8>> {
        let folder = self.story.site.desk.data().private().join("documents");
        let all = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        all.filter(|path| path.file_name().unwrap() != "lock").map(|path| std::fs::read(path).unwrap()).collect()
    }
}

fn refused(answer: &Answer, said: &str) {
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text);
    let text = unescaped(&answer.text);
    assert!(text.contains(said), "{said}: {text}");
    assert!(answer.text.contains("href=\"#assessment\"") && answer.title().starts_with("Error: "));
}

#[tokio::test]
async fn a_release_analyst_adds_what_the_data_zone_counted_and_those_who_judge_read_it() {
    let desk = Desk::new();
    let before = desk.get(desk.story.officer, "assessment").await;
    assert!(before.text.contains("Nobody has counted yet"), "{}", before.text);
    let case_page = desk.get(desk.analyst, "").await;
    assert!(case_page.text.contains("Add an assessment of the risk"), "{}", case_page.text);
    let specification = desk.get(desk.analyst, "assessment/specification").await;
    assert_eq!(register::Digest::of(&specification.bytes), desk.story.case().asked_for().unwrap());

    desk.add(&desk.assessment()).await;
    let page = desk.get(desk.story.reviewers[0], "assessment").await;
    let text = unescaped(&page.text);
    for said in [
        "Census: fewer than 10 people could be picked out by anybody, who knows born, gender and postcode.",
        "After 4 changes, nobody could be picked out instead of 10 of 120 people",
        "Leave out born. After it nobody could be picked out; the cost so far is 6.",
        "The year of birth only.",
        "ana",
        "rollcall-extract 0.1.0",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(!text.contains("type=\"file\""), "only an analyst is offered the form");
    let told = desk.get(desk.story.officer, "").await;
    assert!(told.text.contains("Added an assessment of how easily people could be found."));
    assert!(told.text.contains(&format!("href=\"{}\"", at("assessment"))));
}

#[tokio::test]
async fn what_the_page_and_its_files_say_are_the_counts_of_the_file_rounded() {
    let desk = Desk::new();
    let mut assessment = desk.assessment();
    // Numbers that only this page could show, larger than any band.
    let dataset = &mut assessment.datasets[0];
    dataset.rows = 1_000_000;
    dataset.people = 623_456;
    for column in &mut dataset.columns {
        column.nulls = 12_344;
    }
    let risk = &mut dataset.scenarios[0].risk;
    (risk.people, risk.unique, risk.under_5, risk.under_10, risk.expected_matches) =
        (623_456, 7_654, 34_567, 87_654, 23_456);
    let whole = *risk;
    let scaled = |these| package::assessment::per_million(these, 623_456);
    let risk = &mut dataset.scenarios[0].risk;
    risk.unique_per_million = scaled(whole.unique);
    risk.under_5_per_million = scaled(whole.under_5);
    risk.under_10_per_million = scaled(whole.under_10);
    risk.expected_matches_per_million = scaled(whole.expected_matches);
    dataset.scenarios[0].histogram =
        [(1, 1, 7_654, 7_654), (2, 4, 7_000, 26_913), (5, 9, 6_000, 53_087), (10, 500, 2_802, 535_802)]
            .map(|(from, to, classes, people)| SizeBand { classes, from, people, to: Some(to) })
            .to_vec();
    dataset.scenarios[0].homogeneous.clear();
    dataset.scenarios[0].small_groups.clear();
    dataset.scenarios[0].special_uniques = None;
    dataset.minimisation = None;
    desk.add(&assessment).await;

    let page = unescaped(&desk.get(desk.story.chair, "assessment").await.text);
    assert!(page.contains("12 in 1,000 people could be picked out by anybody"), "{page}");
    assert!(page.contains("23,460, which is 38 in 1,000 people"), "{page}");
    let csv = desk.get(desk.story.chair, "assessment/assessment-1-1.csv").await;
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    let rounded = |exact: u64| Count::banded(exact).to_string();
    let rows: Vec<String> = csv.text.lines().map(str::to_owned).collect();
    let row = |name: &str, exact: u64, share: u64| format!("{name},{},{share}", rounded(exact));
    let wanted = [
        "who,people,in_1000".to_owned(),
        row("alone", whole.unique, 12),
        row("under-5", whole.under_5, 55),
        row("under-10", whole.under_10, 141),
        row("all", whole.people, 1_000),
    ];
    assert_eq!(rows, wanted);
    for (exact, shown) in [(whole.unique, "7,650"), (whole.under_5, "34,570"), (whole.under_10, "87,650")] {
        assert!(page.contains(shown), "{shown}");
        let grouped = format!("{},{:03}", exact / 1_000, exact % 1_000);
        assert!(!page.contains(&grouped), "{grouped} is exact");
    }
    assert!(!page.contains("623,456") && page.contains("623,460"));
    for wrong in ["assessment-2-1.csv", "assessment-1-less.csv", "assessment-1-1", "x.csv"] {
        let answer = desk.get(desk.story.chair, &format!("assessment/{wrong}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{wrong}");
    }
}

#[tokio::test]
async fn the_path_towards_less_is_a_figure_with_what_each_change_gains_and_costs() {
    let desk = Desk::new();
    let assessment = desk.assessment();
    desk.add(&assessment).await;
    let csv = desk.get(desk.story.chair, "assessment/assessment-1-less.csv").await;
    let rows: Vec<Vec<&str>> = csv.text.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let path = assessment.datasets[0].minimisation.as_ref().unwrap();
    assert_eq!(rows.len(), path.steps.len() + 1);
    for (row, step) in rows[1..].iter().zip(&path.steps) {
        assert_eq!(row[2], Count::banded(step.risk.unique).to_string());
        assert_eq!(row[4], Count::banded(step.risk.expected_matches).to_string());
        assert_eq!(row[5], step.cost_so_far.to_string());
    }
    let page = desk.get(desk.story.chair, "assessment").await;
    assert!(page.text.contains("id=\"figure-assessment-1-less\"") && page.text.contains("1. postcode coarser"));
}

#[tokio::test]
async fn one_of_another_specification_is_refused_in_plain_words_and_nothing_kept() {
    let desk = Desk::new();
    let files = desk.files().len();
    let mut other = desk.assessment();
    other.specification = register::Digest::of(b"another");
    let answer = desk.send(desk.analyst, to_json(&other).unwrap().as_bytes()).await;
    refused(&answer, "counts another specification than the one that this case asks for now");
    assert!(desk.story.case().assessment().is_none());
    assert_eq!(desk.files().len(), files);
}

#[tokio::test]
async fn what_is_no_assessment_or_does_not_fit_together_is_refused_and_nothing_kept() {
    let desk = Desk::new();
    let files = desk.files().len();
    let json = to_json(&desk.assessment()).unwrap();
    for (file, said) in [
        (b"no assessment".to_vec(), "The assessment, at "),
        (b"{}".to_vec(), "The assessment, at "),
        (json.replace("\"unique\":7,", "\"unique\":6,").into_bytes(), "expected the count as a share of a million"),
        (json.replace("\"people\":120,", "\"people\":119,").into_bytes(), "The assessment, at datasets[0]"),
        (json.replace("{\"datasets\"", "{ \"datasets\"").into_bytes(), "expected canonical JSON"),
        (json.replace("\"v\":1", "\"v\":2").into_bytes(), "a version that this program does not know"),
        (vec![b'x'; (16 << 20) + 1], "Choose a file of at most"),
        (Vec::new(), "The assessment, at "),
    ] {
        refused(&desk.send(desk.analyst, &file).await, said);
    }
    let mut browser = desk.story.site.signed_in(desk.analyst);
    let token = browser.get(&at("assessment")).await.form_token();
    let seen = desk.story.case().seq.to_string();
    let nothing = [("form-token", None, token.as_bytes()), ("seen", None, seen.as_bytes())];
    refused(
        &browser.upload(&at("assessment"), &nothing).await,
        "Choose the file that the data zone calls the assessment",
    );
    let without_token = [("seen", None, seen.as_bytes()), ("assessment", Some("a.json"), json.as_bytes())];
    assert_eq!(browser.upload(&at("assessment"), &without_token).await.status, StatusCode::FORBIDDEN);
    assert!(desk.story.case().assessment().is_none());
    assert_eq!(desk.files().len(), files, "nothing of it was left behind");
}

#[tokio::test]
async fn nobody_else_adds_one_or_reads_one() {
    let desk = Desk::new();
    let json = to_json(&desk.assessment()).unwrap();
    let (story, site) = (&desk.story, &desk.story.site);
    for person in [story.officer, story.chair, story.reviewers[0], story.regulator] {
        assert_eq!(desk.send(person, json.as_bytes()).await.status, StatusCode::FORBIDDEN);
    }
    let manager = site.person("mia@example.org", &[(Role::DataManager, Some(story.trust()))]);
    let administrator = site.person("adm@example.org", &[(Role::Administrator, None)]);
    for person in [story.applicant, story.official, manager, story.signatory, administrator] {
        assert_eq!(desk.send(person, json.as_bytes()).await.status, StatusCode::NOT_FOUND);
    }
    desk.add(&desk.assessment()).await;
    for page in ["assessment", "assessment/assessment-1-1.csv", "assessment/specification"] {
        for person in [story.applicant, story.official, manager, story.signatory, administrator] {
            assert_eq!(desk.get(person, page).await.status, StatusCode::NOT_FOUND, "{page}");
        }
        let auditor = site.person(&format!("{}@example.org", page.len()), &[(Role::Auditor, None)]);
        for person in [story.officer, story.chair, story.reviewers[1], desk.analyst, story.regulator, auditor] {
            assert_eq!(desk.get(person, page).await.status, StatusCode::OK, "{page}");
        }
    }
    let case_page = desk.get(story.applicant, "").await;
    assert!(
        !case_page.text.contains("/assessment") && !case_page.text.contains("could be found"),
        "{}",
        case_page.text
    );
    story.give(story.reviewers[0], Command::DeclareConflict { nature: "Near.".to_owned() });
    assert_eq!(desk.get(story.reviewers[0], "assessment").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_file_lies_sealed_and_its_applicant_cannot_save_it() {
    let desk = Desk::new();
    let json = to_json(&desk.assessment()).unwrap();
    let before = desk.files();
    desk.add(&desk.assessment()).await;
    let files = desk.files();
    assert_eq!(files.len(), before.len() + 1);
    for file in files {
        assert!(!file.windows(12).any(|bytes| bytes == b"school-gate\"" || bytes == b"minimisation"));
    }
    let digest = register::Digest::of(json.as_bytes());
    let saved = format!("/desk/application/{REFERENCE}/file/{digest}");
    let answer = desk.story.site.signed_in(desk.story.applicant).get(&saved).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let officer = desk.story.site.signed_in(desk.story.officer).get(&saved).await;
    assert_eq!(officer.status, StatusCode::NOT_FOUND, "it holds exact counts");
}

#[tokio::test]
async fn a_newer_one_takes_its_place_and_the_earlier_stays_in_the_history() {
    let desk = Desk::new();
    let first = desk.assessment();
    desk.add(&first).await;
    let mut second = first.clone();
    second.engine = "rollcall-extract 0.2.0".to_owned();
    desk.add(&second).await;
    let page = desk.get(desk.story.officer, "assessment").await;
    assert!(page.text.contains("rollcall-extract 0.2.0") && !page.text.contains("rollcall-extract 0.1.0"));
    for one in [&first, &second] {
        let digest = register::Digest::of(to_json(one).unwrap().as_bytes()).to_string();
        assert!(page.text.contains(&digest), "{digest}");
    }
    let files = desk.files().len();
    desk.add(&second).await;
    assert_eq!(desk.story.case().assessments.len(), 2, "the same again is nothing new");
    assert_eq!(desk.files().len(), files);
}

#[tokio::test]
async fn an_assessment_of_what_was_asked_for_before_says_that_it_is_out_of_date() {
    let desk = Desk::new();
    let story = &desk.story;
    desk.add(&desk.assessment()).await;
    let page = desk.get(story.officer, "assessment").await;
    assert!(!page.text.contains("Out of date"));
    let mut less = story.case().application.specification.clone().unwrap();
    less.datasets[0].items.truncate(1);
    let now = story.site.now();
    story.site.write(|transaction| {
        let case = store::casework::cases::case(transaction, REFERENCE)?;
        let event = casework::Event::SpecificationSet { specification: Box::new(less) };
        let calendar = casework::Calendar::england();
        store::casework::cases::append(transaction, case, vec![event], Some(story.applicant), now, &calendar)
    });
    for page in ["assessment", "review", "pack"] {
        let text = desk.get(story.reviewers[0], page).await.text;
        assert!(text.contains("What is asked for has changed since this was counted."), "{page}: {text}");
    }
}

#[tokio::test]
async fn reviews_and_the_panels_pack_sum_it_up() {
    let desk = Desk::new();
    for page in ["review", "pack"] {
        let text = desk.get(desk.story.reviewers[0], page).await.text;
        assert!(text.contains("Nobody has counted yet"), "{page}");
    }
    desk.add(&desk.assessment()).await;
    for page in ["review", "pack"] {
        let text = unescaped(&desk.get(desk.story.reviewers[0], page).await.text);
        let said = "Census: fewer than 10 people could be picked out by anybody, who knows born, gender and postcode.";
        assert!(text.contains(said), "{page}: {text}");
    }
    let pack = desk.get(desk.story.chair, "pack").await;
    assert!(pack.text.contains("How many people could be found") && pack.text.contains("60"), "{}", pack.text);
}

#[tokio::test]
async fn once_the_case_is_over_none_is_added() {
    let story = super::decisions::story::reviewed_at(desk::new());
    let analyst = story.site.person("ana@example.org", &[(Role::ReleaseAnalyst, None)]);
    let desk = Desk { story, analyst };
    assert!(desk.get(analyst, "assessment").await.text.contains("type=\"file\""));
    let reasons = "Withdrawn.";
    let sealed = register::Disclosure::seal(register::Salt([5; 32]), "reasons", reasons);
    let reasons = casework::publication::Text { sealed, withheld: None };
    desk.story.give(desk.story.applicant, Command::Withdraw { reasons });
    assert!(!desk.get(analyst, "assessment").await.text.contains("type=\"file\""));
    let answer = desk.send(analyst, to_json(&desk.assessment()).unwrap().as_bytes()).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.text);
}
