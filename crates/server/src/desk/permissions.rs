//! `/desk/permissions`: who can see what, and who can do what, as the tables say by which every request is judged.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use casework::permission::{PERMISSIONS, SIGHTS};
use casework::{Role, Rule};

use super::Desk;
use super::page::{Frame, Section, html};
use super::problem::Problem;
use super::signed_in::SignedIn;

#[derive(askama::Template)]
#[template(path = "desk/permissions.html")]
struct Permissions {
    frame: Frame,
    sights: Vec<(&'static str, Vec<bool>)>,
    commands: Vec<(&'static str, Vec<bool>, String)>,
}

/// The routes of this page.
pub fn routes() -> Router<Desk> {
    Router::new().route("/desk/permissions", get(permissions))
}

async fn permissions(State(desk): State<Desk>, signed_in: SignedIn) -> Result<Response, Problem> {
    let held = |roles: &[Role]| Role::ALL.iter().map(|role| roles.contains(role)).collect();
    let sights = SIGHTS.iter().map(|(_, what, roles)| (*what, held(roles)));
    let commands = PERMISSIONS.iter().map(|row| {
        let stages: Vec<&str> = row.steps.iter().map(|(stage, _)| stage.label()).collect();
        let stages = if stages.is_empty() { "Before there is a case".to_owned() } else { stages.join(", ") };
        (row.command.label(), held(row.roles), stages)
    });
    Ok(html(&Permissions {
        frame: Frame::of(&desk, &signed_in, Section::Permissions).await,
        sights: sights.collect(),
        commands: commands.collect(),
    }))
}

impl Permissions {
    fn roles(&self) -> Vec<&'static str> {
        Role::ALL.iter().map(|role| role.label()).collect()
    }

    fn rules(&self) -> Vec<&'static str> {
        Rule::ALL.iter().map(|rule| rule.sentence()).collect()
    }
}
