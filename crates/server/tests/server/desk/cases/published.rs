//! What cases owe reaches the log once, whatever happens on the way.

use casework::Stage;
use register::vocabulary::{Outcome, Status};
use server::publishing::{publish_all, quietly};
use store::Publisher;
use store::casework::owed;

use super::staff::{Office, office};

fn publish(office: &Office) -> u64 {
    let clock = || office.site.now();
    publish_all(office.site.desk.casework(), office.site.desk.data(), &clock, &quietly).unwrap()
}

fn waiting(office: &Office) -> u64 {
    office.site.read(owed::waiting).0
}

fn size(office: &Office) -> u64 {
    Publisher::open(office.site.desk.data().clone()).unwrap().register().size()
}

#[test]
fn an_agreement_in_the_log_registers_its_share() {
    let office = office();
    office.agreed("DS-2026-0001");
    assert_eq!(waiting(&office), 3, "application, decision, agreement");
    assert_eq!(publish(&office), 3);
    let publisher = Publisher::open(office.site.desk.data().clone()).unwrap();
    let share = publisher.register().share("DS-2026-0001").unwrap();
    assert_eq!((share.status(), share.outcome()), (Status::Approved, Some(Outcome::Approved)));
    let today = casework::calendar::day_in_england(office.site.now());
    assert_eq!(office.case("DS-2026-0001").stage(today), Stage::Registered);
}

#[test]
fn publishing_again_publishes_nothing() {
    let office = office();
    office.decided("DS-2026-0001", Outcome::Refused);
    assert_eq!((publish(&office), publish(&office)), (2, 0));
    assert_eq!((size(&office), waiting(&office)), (3, 0));
}

#[test]
fn a_statement_that_was_logged_before_a_crash_is_noted_and_not_logged_again() {
    let office = office();
    office.decided("DS-2026-0001", Outcome::Refused);
    // The crash: the first statement stands in the log, and nobody has noted that.
    let first = office.site.read(owed::next).unwrap();
    let mut publisher = Publisher::open(office.site.desk.data().clone()).unwrap();
    publisher.publish(&[first.draft]).unwrap();
    drop(publisher);
    assert_eq!(waiting(&office), 2);
    publish(&office);
    assert_eq!((size(&office), waiting(&office)), (3, 0));
    let published = office.case("DS-2026-0001");
    assert_eq!(published.published, [("applied-DS-2026-0001".to_owned(), 1), (published.published[1].0.clone(), 2)]);
}

#[test]
fn a_clock_that_was_set_back_holds_nothing_up() {
    let office = office();
    office.decided("DS-2026-0001", Outcome::Refused);
    let earlier = register::Moment::from_seconds(office.site.now().seconds() - 3_600).unwrap();
    let published = publish_all(office.site.desk.casework(), office.site.desk.data(), &|| earlier, &quietly).unwrap();
    assert_eq!(published, 2);
}

#[test]
fn a_statement_that_the_register_refuses_holds_up_its_own_case_only_and_shows() {
    let office = office();
    office.decided("DS-2026-0001", Outcome::Refused);
    // Somebody else has put a share of this reference into the register.
    let owed_first = office.site.read(owed::next).unwrap();
    let mut other = owed_first.draft;
    other.statement.id = "another".to_owned();
    let mut publisher = Publisher::open(office.site.desk.data().clone()).unwrap();
    publisher.publish(&[other]).unwrap();
    drop(publisher);
    office.decided("DS-2026-0002", Outcome::Refused);
    assert_eq!(publish(&office), 2);
    let stuck = office.site.read(owed::stuck);
    assert_eq!((stuck.len(), stuck[0].reference.as_str()), (1, "DS-2026-0001"));
    assert!(stuck[0].why.contains("salt of its own"), "{}", stuck[0].why);
}

#[tokio::test]
async fn a_decision_stands_on_the_public_site_once_it_is_published() {
    let office = office();
    office.decided("DS-2026-0001", Outcome::Refused);
    publish(&office);
    let mut visitor = office.site.browser();
    let page = visitor.get("/share/DS-2026-0001").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Because of this."));
    assert!(visitor.get("/decisions").await.text.contains("Absence, DS-2026-0001"));
}
