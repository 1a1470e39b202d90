//! The reference pages are made from the tables. After a change run `UPDATE_REFERENCE=1 cargo test -p casework`.

use std::fmt::Write as _;
use std::path::PathBuf;

use casework::clock::STANDARDS;
use casework::permission::{PERMISSIONS, SIGHTS};
use casework::{Role, Rule, Stage};

fn is_current(name: &str, made: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference").join(name);
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        std::fs::write(&path, made).unwrap();
    }
    let held = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(held == made, "docs/reference/{name} is not what the tables say; UPDATE_REFERENCE=1 writes it anew");
}

#[test]
fn the_page_of_permissions_is_what_the_table_says() {
    let mut page = String::from(
        "# Who may do what, and who sees what\n\nMade from the tables in `crates/casework/src/permission.rs`; a test holds the two \
         together.\n\n## Commands\n| command | roles | at the stages |\n|---|---|---|\n",
    );
    for row in PERMISSIONS {
        let roles: Vec<&str> = row.roles.iter().map(|role| role.label()).collect();
        let stages: Vec<&str> = row.steps.iter().map(|(stage, _)| stage.label()).collect();
        let stages = if stages.is_empty() { "before there is a case".to_owned() } else { stages.join(", ") };
        writeln!(page, "| {} | {} | {stages} |", row.command.label(), roles.join(", ")).unwrap();
    }
    page.push_str("\n## Roles by command\n| command |");
    Role::ALL.iter().for_each(|role| write!(page, " {} |", role.label()).unwrap());
    page.push_str("\n|---|");
    Role::ALL.iter().for_each(|_| page.push_str("---|"));
    page.push('\n');
    for row in PERMISSIONS {
        write!(page, "| {} |", row.command.label()).unwrap();
        Role::ALL.iter().for_each(|role| page.push_str(if row.roles.contains(role) { " yes |" } else { " |" }));
        page.push('\n');
    }
    page.push_str("\n## What is seen\n| what | by |\n|---|---|\n");
    for (_, what, roles) in SIGHTS {
        let roles: Vec<&str> = roles.iter().map(|role| role.label()).collect();
        writeln!(page, "| {what} | {} |", roles.join(", ")).unwrap();
    }
    page.push_str(
        "\nApplicants, signing officials and data managers see and do this for their own organisation only. A draft is seen by \
         its organisation alone. Whoever has declared a conflict of interest sees nothing of that case.\n\n## Rules beside the table\n",
    );
    Rule::ALL.iter().for_each(|rule| writeln!(page, "- {rule}").unwrap());
    is_current("permissions.md", &page);
}

#[test]
fn the_picture_of_the_stages_is_what_the_table_says() {
    let mut page = String::from(
        "# The stages of a case\n\nMade from `crates/casework/src/stage.rs` and `permission.rs`; a test holds them together.\n\n| stage | \
         what it means | promised working days |\n|---|---|---|\n",
    );
    for stage in Stage::ALL {
        let standard = STANDARDS.iter().find(|standard| standard.stage == *stage);
        let days = standard.map_or_else(String::new, |standard| standard.days.to_string());
        writeln!(page, "| {} | {} | {days} |", stage.label(), stage.meaning()).unwrap();
    }
    page.push_str("\n```mermaid\nstateDiagram-v2\n    [*] --> draft: Begin an application\n");
    for row in PERMISSIONS {
        for (from, to) in row.steps {
            for to in to.iter().filter(|to| *to != from) {
                writeln!(page, "    {} --> {}: {}", from.code(), to.code(), row.command.label()).unwrap();
            }
        }
    }
    for (from, to, why) in BY_DATES {
        writeln!(page, "    {} --> {}: {why}", from.code(), to.code()).unwrap();
    }
    page.push_str("```\n");
    is_current("stages.md", &page);
}

/// Steps that no command makes.
const BY_DATES: &[(Stage, Stage, &str)] = &[
    (Stage::Agreed, Stage::Registered, "its statement is under a published checkpoint"),
    (Stage::Registered, Stage::Active, "the start has come"),
    (Stage::Active, Stage::Ending, "the end is 90 days ahead"),
    (Stage::Ending, Stage::DestructionDue, "the end has passed"),
];
