//! The demonstration's desk: invented people, cases at every stage, made by commands only, and the statements that they owe.

// Clippy's leave to unwrap in tests does not reach the functions that tests share.
use std::collections::BTreeSet;
use std::path::Path;

use casework::calendar::day_in_england;
use casework::release::ReleaseProgress;
use casework::{Calendar, Case, Party, Role, Stage, clock};
use clap::Parser;
use register::Moment;
use register::vocabulary::Outcome;
use server::commands::demo::{self, Arguments};
use server::demo::accounts;
use store::casework::documents::Documents;
use store::casework::{assessments, cases, owed, people};
use store::{Casework, DataFolder, Publisher, StoreError};

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    arguments: Arguments,
}

fn run(folder: &Path, more: &[&str]) -> anyhow::Result<()> {
    let line = ["demo", "--data", folder.to_str().unwrap()].into_iter().chain(more.iter().copied());
    demo::run(&Line::try_parse_from(line)?.arguments)
}

fn desk(folder: &Path) -> Casework {
    Casework::open(&DataFolder::at(folder).private().join("casework.sqlite")).unwrap()
}

fn now() -> Moment {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Moment::from_seconds(since.as_secs() as i64).unwrap()
}

fn all(casework: &Casework) -> Vec<Case> {
    let read = casework.read(|transaction| -> Result<_, StoreError> {
        let mut found = Vec::new();
        for year in [now().date().first_day().year() - 1, now().date().first_day().year()] {
            for number in 1.. {
                match cases::case(transaction, &format!("DS-{year}-{number:04}"))? {
                    Some(case) => found.push(case),
                    None => break,
                }
            }
        }
        Ok(found)
    });
    read.unwrap()
}

#[test]
fn the_desk_has_cases_at_every_stage_and_the_register_shows_those_that_it_is_owed() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &[]).unwrap();
    let casework = desk(folder.path());
    let cases = all(&casework);
    let today = day_in_england(now());

    let stages: BTreeSet<Stage> = cases.iter().map(|case| case.stage(today)).collect();
    for stage in [
        Stage::Draft,
        Stage::Submitted,
        Stage::Screening,
        Stage::Returned,
        Stage::Review,
        Stage::Decided,
        Stage::Registered,
        Stage::Active,
        Stage::Ending,
        Stage::Suspended,
        Stage::Withdrawn,
    ] {
        assert!(stages.contains(&stage), "{stage:?} is missing: {stages:?}");
    }
    let outcomes: BTreeSet<Outcome> = cases.iter().filter_map(|case| Some(case.decision()?.outcome)).collect();
    assert_eq!(outcomes, [Outcome::Approved, Outcome::ApprovedWithConditions, Outcome::Refused].into());
    let any = |what: &str, is: &dyn Fn(&Case) -> bool| assert!(cases.iter().any(is), "no case {what}");
    any("has a release that stands in the log and waits for its recipient", &|case| {
        let waits = |release: &casework::release::Release| match &release.progress {
            ReleaseProgress::Released { logged, receipts, .. } => logged.is_some() && receipts.is_empty(),
            _ => false,
        };
        case.releases.iter().any(waits) && case.turn() == Some(Party::Applicant)
    });
    any("has half of its reviews", &|case| {
        case.reviews.len() == 2 && case.reviews.values().filter(|review| review.is_some()).count() == 1
    });
    any("in review has an assessment of what it asks for, and an item for each column of it", &|case| {
        let Some(of) = case.assessment().filter(|_| case.stage(today) == Stage::Review) else { return false };
        let documents = Documents::open(&DataFolder::at(folder.path()).private(), &casework).unwrap();
        let found = casework
            .read(|transaction| assessments::find(&documents, transaction, &case.reference, of.digest))
            .unwrap()
            .unwrap();
        let json = assessments::read(&documents, &found).unwrap();
        let assessment: package::assessment::Assessment = package::document::parse_json(&json).unwrap();
        let specification = case.application.specification.as_ref().unwrap();
        let is_asked =
            |dataset: &str, item: &str| specification.dataset(dataset).is_some_and(|part| part.item(item).is_some());
        let mut columns = assessment
            .datasets
            .iter()
            .flat_map(|dataset| dataset.columns.iter().map(|column| (dataset.name.as_str(), column.item.as_str())));
        !case.assessment_is_outdated() && columns.all(|(dataset, item)| is_asked(dataset, item))
    });
    let progress = |case: &Case| format!("{:?}", case.progress);
    any("has a proposal", &|case| progress(case).starts_with("Review { proposal: Some"));
    any("is appealed", &|case| !case.appeals.is_empty());
    any("is signed by one side", &|case| progress(case).contains("signed: {Recipient"));
    any("waits for a third party", &|case| case.turn() == Some(Party::ThirdParty));
    any("was withdrawn before it was handed in", &|case| {
        case.stage(today) == Stage::Withdrawn && case.application.submitted.is_none()
    });
    for party in [Party::Department, Party::Applicant] {
        let late =
            |case: &Case| clock::overdue(case, now(), &Calendar::england()).is_some_and(|late| late.party == party);
        any("is overdue", &late);
    }

    assert_eq!(casework.read(owed::stuck).unwrap(), []);
    assert!(casework.read(owed::next).unwrap().is_none());
    let publisher = Publisher::open(DataFolder::at(folder.path())).unwrap();
    assert!(publisher.register().opened().unwrap().demonstration);
    for case in &cases {
        let share = publisher.register().share(&case.reference);
        let is_public =
            case.accepted.is_some() || case.application.submitted.is_some() && case.stage(today) == Stage::Withdrawn;
        assert_eq!(share.is_some(), is_public, "{}", case.reference);
        if let (Some(share), Some(decision)) = (share, case.decision()) {
            assert_eq!(share.outcome(), Some(decision.outcome), "{}", case.reference);
        }
    }
}

#[test]
fn filling_it_again_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &[]).unwrap();
    let size = || Publisher::open(DataFolder::at(folder.path())).unwrap().register().size();
    let (before, cases) = (size(), all(&desk(folder.path())));
    run(folder.path(), &[]).unwrap();
    assert_eq!((size(), all(&desk(folder.path()))), (before, cases));
}

#[test]
fn there_is_an_account_for_each_role_and_every_name_says_that_it_is_invented() {
    let accounts = accounts();
    let roles: BTreeSet<Role> = accounts.iter().flat_map(|account| account.roles.clone()).collect();
    assert_eq!(roles, Role::ALL.iter().copied().collect());
    for account in &accounts {
        assert!(account.email.ends_with(".example"), "{}", account.email);
        assert!(account.organisation_name.as_ref().is_none_or(|name| name.ends_with("(example)")), "{account:?}");
        assert_eq!(account.organisation.is_some(), account.roles.iter().all(|role| role.is_of_an_organisation()));
    }
}

#[test]
fn a_code_is_given_for_staff_of_a_demonstration_and_for_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    assert!(run(folder.path(), &["--code", "casey.officer@department.example"]).is_err(), "there is no register");
    run(folder.path(), &[]).unwrap();
    run(folder.path(), &["--code", "casey.officer@department.example"]).unwrap();
    let problem = |email: &str| run(folder.path(), &["--code", email]).unwrap_err().to_string();
    assert_eq!(problem("nobody@department.example"), "--code: nobody has the address nobody@department.example");
    let without = "avery.applicant@brindlemere.example";
    assert_eq!(problem(without), format!("--code: {without} signs in without a code"));
    let staff =
        desk(folder.path()).read(|transaction| people::credentials(transaction, "sage.signatory@department.example"));
    assert!(staff.unwrap().unwrap().person.has_second_factor);
}

#[test]
fn a_real_register_gets_no_demonstration_and_gives_no_codes() {
    let folder = tempfile::tempdir().unwrap();
    let data = DataFolder::at(folder.path());
    data.create(Some("example.org/register")).unwrap();
    let opened = register::statement::RegisterOpened {
        custodian: register::Organisation::named("Custodian"),
        demonstration: false,
        name: "A real register".to_owned(),
        population: "pupils".to_owned(),
    };
    let statement = register::Statement::new("opened", "2026-01-05".parse().unwrap(), now(), opened.into());
    Publisher::open(data).unwrap().publish(&[register::Draft::new(statement)]).unwrap();
    for more in [&[][..], &["--code", "casey.officer@department.example"]] {
        let problem = run(folder.path(), more).unwrap_err().to_string();
        assert!(problem.ends_with("this folder holds a real register, A real register"), "{problem}");
    }
}
