//! The second edition of a register: what was added, altered, removed and listed again, in each format.

use register::statement::Redaction;
use register::vocabulary::ErasureGround;
use register::{Body, Draft, Statement};
use server::import::{Conflict, Conflicts, HeldBack, Mapping, plan};

use super::support::{Published, csv, date, edition, moment, ods, rows, said, xlsx};

const HEADERS: &str =
    "share | recipient | outcome | start | purpose | applicants | legal bases | datasets | release | released";

const FIRST: &str = "A1 | Org one | approved | 2020 | Why one | P. One | Law 1; Law 2 | B; A | R1 | 2021-01-05
                     A1 | | | | | | | A | R2 | 2021-01
                     A2 | Org two | approved | 2020 | Why two | P. Two | Law 1 | A | R3 |
                     A3 | Org three | refused | | Why three | | | | |";

/// A1: purpose and applicants altered, start taken out, R2 no longer listed, R4 new. A2: no longer listed. A3: as it was,
/// in another place. A4: new.
const SECOND: &str = "A3 | Org three | refused | | Why three | | | | |
                      A1 | Org One Ltd | approved | | Why one, again | P. Other | Law 2; Law 1 | A | R4 | 2021-02
                      A1 | | | | | | | B; A | R1 | 2021-01-06
                      A4 | Org two | approved | | | | | | |";

fn table(text: &str) -> Vec<Vec<String>> {
    rows(&format!("{HEADERS}\n{text}"))
}

fn plain() -> Mapping {
    Mapping::named("plain-csv").unwrap()
}

#[test]
fn the_second_edition_publishes_only_what_changed_whatever_the_format() {
    let mapping = plain();
    for name in ["csv", "xlsx", "ods"] {
        let write = |table: Vec<Vec<String>>| match name {
            "csv" => csv(&table),
            "xlsx" => xlsx(&[("Sheet", table)]),
            _ => ods(&[("Sheet", table)]),
        };
        let mut published = Published::new();
        let first = published.import(&edition(&write(table(FIRST)), &mapping, "2021-02").unwrap());
        assert_eq!((first.added, first.altered, first.unlisted, first.relisted), (6, 0, 0, 0), "{name}");
        assert!(matches!(first.drafts[0].statement.body, Body::EditionImported(_)));

        let second = published.import(&edition(&write(table(SECOND)), &mapping, "2021-03").unwrap());
        let lines = said(&second);
        let expected = [
            "correction A1 2021-03 {\"cleared\":[\"purpose\"],\"patch\":{\"access\":{\"recipient\":{\"name\":\"Org One Ltd\"}},\"start\":null},\
             \"reason\":\"source-altered\"} purpose=Why one, again applicants=…",
            "release-registered A1 2021-02 {\"bases\":[\"Law 1\",\"Law 2\"],\"datasets\":[\"A\"],\"release\":\"R4\",\
             \"released\":\"2021-02\",\"source\":\"plain-csv\"} ",
            "correction A1 2021-03 {\"patch\":{\"bases\":null,\"released\":\"2021-01-06\"},\"reason\":\"source-altered\"} ",
            "listing-changed A1 2021-03 {\"listed\":false,\"release\":\"R2\",\"source\":\"plain-csv\"} ",
            "share-imported A4 2021-03 {\"access\":{\"channel\":\"imported\",\"recipient\":{\"name\":\"Org two\"}},\
             \"outcome\":\"approved\",\"source\":\"plain-csv\"} ",
            "listing-changed A2 2021-03 {\"listed\":false,\"source\":\"plain-csv\"} ",
        ];
        assert_eq!(lines[1..], expected, "{name}");
        let Body::EditionImported(counts) = &second.drafts[0].statement.body else { panic!("{lines:?}") };
        assert_eq!((counts.added, counts.altered, counts.unlisted), (2, 2, 2), "{name}");

        let share = published.register.share("A1").unwrap();
        assert_eq!(share.access().recipient.name, "Org One Ltd");
        assert_eq!(share.facts[0].text("purpose"), Some("Why one, again"));
        let listed: Vec<(&str, bool)> =
            share.releases().map(|(_, body, listed)| (body.release.as_str(), listed)).collect();
        assert_eq!(listed, [("R1", true), ("R2", false), ("R4", true)]);
        assert_eq!(published.register.share("A2").unwrap().listed(), Some(false));
    }
}

#[test]
fn what_comes_back_is_listed_again() {
    let (mapping, mut published) = (plain(), Published::new());
    let (first, second) = (csv(&table(FIRST)), csv(&table(SECOND)));
    published.import(&edition(&first, &mapping, "2021-02").unwrap());
    published.import(&edition(&second, &mapping, "2021-03").unwrap());
    let third = published.import(&edition(&first, &mapping, "2021-04").unwrap());
    assert_eq!((third.added, third.altered, third.unlisted, third.relisted), (0, 2, 2, 2));
    assert_eq!(published.register.share("A2").unwrap().listed(), Some(true));
    assert_eq!(published.register.share("A1").unwrap().access().recipient.name, "Org one");
    // The same two files in turn again: ids must not repeat.
    published.import(&edition(&second, &mapping, "2021-03").unwrap());
    published.import(&edition(&first, &mapping, "2021-04").unwrap());
    let again = published.plan(&edition(&first, &mapping, "2021-04").unwrap());
    assert!(again.drafts.is_empty());
}

#[test]
fn the_same_edition_twice_changes_nothing_and_an_unchanged_one_of_a_later_date_is_only_noted() {
    let (mapping, mut published) = (plain(), Published::new());
    let file = csv(&table(FIRST));
    published.import(&edition(&file, &mapping, "2021-02").unwrap());
    assert!(published.plan(&edition(&file, &mapping, "2021-02").unwrap()).drafts.is_empty());
    let later = published.import(&edition(&file, &mapping, "2021-03").unwrap());
    assert_eq!(later.drafts.len(), 1);
    assert_eq!(later.added + later.altered + later.unlisted + later.relisted, 0);
}

#[test]
fn the_same_plan_made_twice_has_the_same_ids_and_cannot_be_published_twice() {
    let (mapping, mut published) = (plain(), Published::new());
    let read = edition(&csv(&table(FIRST)), &mapping, "2021-02").unwrap();
    let ids = |drafts: &[Draft]| drafts.iter().map(|draft| draft.statement.id.clone()).collect::<Vec<_>>();
    let (one, two) = (published.plan(&read), published.plan(&read));
    assert_eq!(ids(&one.drafts), ids(&two.drafts));
    published.publish(&one.drafts);
    for draft in &two.drafts {
        published.register.apply(&draft.statement, &draft.public).unwrap_err();
    }
}

#[test]
fn a_text_that_is_no_longer_given_is_cleared_and_one_that_changes_its_ground_is_sealed_again() {
    let mapping = |withhold: &str| {
        let text = format!(
            "source = \"s\"\ntitle = \"t\"\n[[table]]\ngives = \"shares\"\ncolumn = [{{ header = \"share\", to = \"share\" \
             }}, {{ header = \"recipient\", to = \"recipient\" }}, {{ header = \"purpose\", to = \"text\", name = \
             \"purpose\" {withhold} }}, {{ header = \"note\", to = \"text\", name = \"note\" }}]"
        );
        Mapping::parse("m", &text).unwrap()
    };
    let mut published = Published::new();
    let file = |text: &str| csv(&rows(&format!("share | recipient | purpose | note\n{text}")));
    published.import(&edition(&file("A1 | Org | Why | N"), &mapping(""), "2021-02").unwrap());
    let second = published.import(&edition(&file("A1 | Org | Why |"), &mapping(""), "2021-03").unwrap());
    assert_eq!(said(&second)[1], "correction A1 2021-03 {\"cleared\":[\"note\"],\"reason\":\"source-altered\"} ");
    let closed = mapping(", withhold = \"security\", opens = \"2030\"");
    let third = published.import(&edition(&file("A1 | Org | Why |"), &closed, "2021-04").unwrap());
    assert_eq!(said(&third)[1], "correction A1 2021-04 {\"reason\":\"source-altered\"} purpose=…");
    let same = published.plan(&edition(&file("A1 | Org | Why |"), &closed, "2021-05").unwrap());
    assert_eq!(same.drafts.len(), 1);
    // Opened again, it has the digest under which it was withheld.
    let closed_digest = third.drafts[1].statement.sealed[0];
    let fourth = published.import(&edition(&file("A1 | Org | Why |"), &mapping(""), "2021-05").unwrap());
    assert_eq!(fourth.drafts[1].statement.sealed, [closed_digest]);
    assert_eq!(published.register.share("A1").unwrap().facts[0].text("purpose"), Some("Why"));
}

#[test]
fn an_erased_text_does_not_come_back_because_a_file_still_holds_it() {
    let (mapping, mut published) = (plain(), Published::new());
    published.import(&edition(&csv(&table(FIRST)), &mapping, "2021-02").unwrap());
    let share = published.register.share("A3").unwrap();
    let redaction = Redaction {
        digests: vec![share.facts[0].texts[0].digest],
        ground: ErasureGround::RightToErasure,
        of: share.id(),
    };
    let statement = Statement::new("erase", date("2021-02-20"), moment(), redaction.into()).about("A3");
    published.register.apply(&statement, &[]).unwrap();
    let next = published.import(&edition(&csv(&table(FIRST)), &mapping, "2021-03").unwrap());
    assert_eq!(next.drafts.len(), 1);
    assert_eq!(next.held_back, [HeldBack { share: "A3".to_owned(), release: None, name: "purpose".to_owned() }]);
}

#[test]
fn a_share_of_another_source_is_a_conflict_and_nothing_is_planned() {
    let (mapping, mut published) = (plain(), Published::new());
    published.import(&edition(&csv(&table(FIRST)), &mapping, "2021-02").unwrap());
    let mut other = plain();
    other.source = "other".to_owned();
    let read = edition(&csv(&table(FIRST)), &other, "2021-02").unwrap();
    let Conflicts(conflicts) =
        plan(&read, &published.register, &|_| None, moment(), &mut || register::Salt([9; 32])).unwrap_err();
    assert_eq!(conflicts.len(), 3);
    assert_eq!(conflicts[0], Conflict::OtherSource { share: "A1".to_owned() });
    let refused = FIRST.replace("Org two | approved", "Org two | withdrawn").replace("A | R3", " | ");
    let read = edition(&csv(&table(&refused)), &mapping, "2021-03").unwrap();
    let Conflicts(conflicts) =
        plan(&read, &published.register, &|_| None, moment(), &mut || register::Salt([9; 32])).unwrap_err();
    assert_eq!(conflicts, [Conflict::RefusedAfterRelease { share: "A2".to_owned() }]);
}
