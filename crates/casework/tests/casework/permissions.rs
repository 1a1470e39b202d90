//! The whole matrix: every role, every command, every stage.

use casework::permission::{self, PERMISSIONS};
use casework::{CommandKind, Stage};

#[test]
fn every_command_has_exactly_one_row() {
    for kind in CommandKind::ALL {
        assert_eq!(PERMISSIONS.iter().filter(|row| row.command == *kind).count(), 1, "{kind:?}");
    }
    assert_eq!(PERMISSIONS.len(), CommandKind::ALL.len());
}

#[test]
fn regulators_auditors_and_administrators_decide_nothing() {
    use casework::Role::{Administrator, Auditor, Regulator};
    let rows = PERMISSIONS
        .iter()
        .filter(|row| row.roles.iter().any(|role| [Administrator, Auditor, Regulator].contains(role)));
    assert_eq!(rows.count(), 0);
}

#[test]
fn nothing_happens_to_what_is_over() {
    for kind in CommandKind::ALL {
        assert!(!permission::at(*kind, Stage::Closed) && !permission::at(*kind, Stage::Withdrawn), "{kind:?}");
    }
}
