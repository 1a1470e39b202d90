//! The words of an agreement.

use casework::agreement::{Template, plain};
use casework::event::DataRole;

use crate::given::*;

#[test]
fn an_agreement_says_its_terms_and_is_the_same_text_every_time() {
    let history = decided(register::vocabulary::Outcome::ApprovedWithConditions);
    let (case, now) = (history.case().unwrap(), history.now());
    let template = Template::newest();
    let paper = template.paper(&case, &terms(), "Department", now).unwrap();
    paper.check().unwrap();
    let text = plain(&paper);
    for said in [
        "Department (“the custodian”)",
        "University of Rutland (“the recipient”)",
        "Each side is a controller of its own",
        "Nobody handles the data for the recipient.",
        "- Education Act 1996 s.537A",
        "- The assessment is brought up to date.",
        "begins on 1 May 2026 and ends on 30 April 2028",
        "Within 30 days",
        "may look at how the data is kept",
        "- School census\n- Key stage 4\n",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(!text.contains('{') && !text.contains("joint controllers"), "{text}");
    assert_eq!(plain(&template.paper(&case, &terms(), "Department", now).unwrap()), text);
}

#[test]
fn each_part_in_law_and_the_right_to_audit_have_their_own_words() {
    let history = decided(register::vocabulary::Outcome::Approved);
    let case = history.case().unwrap();
    let said = |role, audit_right| {
        let terms = casework::event::Terms { recipient_role: role, audit_right, ..terms() };
        plain(&Template::newest().paper(&case, &terms, "Department", history.now()).unwrap())
    };
    assert!(said(DataRole::JointController, true).contains("joint controllers"));
    assert!(said(DataRole::Processor, true).contains("on the custodian's written instructions"));
    assert!(!said(DataRole::Controller, false).contains("ten working days"));
}

#[test]
fn what_is_filled_in_is_no_place_to_fill_and_an_unknown_place_is_an_error() {
    let history = decided(register::vocabulary::Outcome::Approved);
    let case = history.case().unwrap();
    let terms = casework::event::Terms { territory: "{recipient} {nothing}".to_owned(), ..terms() };
    let text = plain(&Template::newest().paper(&case, &terms, "Department", history.now()).unwrap());
    assert!(text.contains("within: {recipient} {nothing}."));
    let wrong = "code = \"a\"\nversion = 1\ntitle = \"A\"\n[[clause]]\ntitle = \"B\"\ntext = \"{price}\"\n";
    let error = Template::parse(wrong).unwrap().paper(&case, &terms, "Department", history.now()).unwrap_err();
    assert_eq!(error.to_string(), "clause 1: there is no term \"price\"");
}
