//! The form of a decision, as it was typed, and the decision that it makes. Nothing that was typed is lost where something
//! in it is wrong.

use casework::Case;
use casework::publication::{Condition, DatasetDecision, Decision, Text, Withholding, speaks_for};
use register::statement::MAX_CLEAR;
use register::vocabulary::{Ground, Outcome, Party, Reason, Route};
use register::{Disclosure, Salt};

use super::day::Day;
use crate::desk::input::{Errors, Fields};
use crate::web::words;

/// The most conditions of a decision.
const CONDITIONS: usize = 20;

/// The most letters of a condition's code, which is a code of the register.
const CODE: usize = 40;

/// The texts of the form: field, name in the statement, question, hint.
const TEXTS: &[(&str, &str, &str, &str)] = &[
    ("reasons-text", "reasons", "The reasons in plain words", "Write for somebody who knows nothing of the case."),
    (
        "balance",
        "balance",
        "How did you balance access and confidentiality?",
        "Say what the project gains from this data, what it costs the people in it, and why one outweighs the other.",
    ),
    (
        "why-direct",
        "why-direct",
        "Why is the data supplied, and not used in a secure environment?",
        "Needed where the data is supplied directly. Leave it empty otherwise.",
    ),
    (
        "dpia-summary",
        "dpia-summary",
        "What does the assessment of the risk to people say?",
        "Sum up the data protection impact assessment: the risks, and what is done about them. Needed for an approval.",
    ),
];

/// A decision as it was typed.
pub struct Typed {
    fields: Fields,
    rows: usize,
}

/// One text of the form.
pub struct TextRow {
    /// The field's name.
    pub name: &'static str,
    /// The question.
    pub label: &'static str,
    /// What stands below it.
    pub hint: &'static str,
    /// What was typed.
    pub value: String,
    /// Whether it is withheld.
    pub withheld: Withheld,
}

/// Whether a text is withheld, as it was typed.
pub struct Withheld {
    /// The field's name.
    pub name: String,
    /// The code of the ground; empty where the text is public.
    pub ground: String,
    /// When it opens.
    pub opens: Day,
}

/// One condition of the form.
pub struct ConditionRow {
    /// Its number, from 1.
    pub number: usize,
    /// The name of the field of its title.
    pub title_name: String,
    /// Its title.
    pub title: String,
    /// The name of the field of its text.
    pub text_name: String,
    /// What it asks.
    pub text: String,
    /// The name of the field of its owner.
    pub owner_name: String,
    /// The code of its owner.
    pub owner: String,
    /// By when.
    pub due: Day,
}

/// One dataset of the form.
pub struct DatasetRow {
    /// Its name.
    pub dataset: String,
    /// The name of the field of its outcome.
    pub name: String,
    /// The code of its outcome; empty where it is decided as the whole.
    pub outcome: String,
    /// The name of the field of its reasons.
    pub reasons_name: String,
    /// The codes of its reasons.
    pub reasons: Vec<String>,
}

/// What the form shows before anything was typed: what the application asks for.
pub fn first(case: &Case) -> Fields {
    let asked = case.accepted.as_ref();
    let route = asked.and_then(|access| access.route).map_or("", Route::code);
    let mut pairs = vec![("route".to_owned(), route.to_owned())];
    if let Some(public) = casework::evidence::form_of(case).map(|form| form.public(&casework::evidence::answers(case)))
    {
        let why = public.texts.into_iter().find(|text| text.name == "why-direct");
        pairs.extend(why.map(|text| ("why-direct".to_owned(), text.value)));
    }
    Fields::of(pairs)
}

impl Typed {
    /// What was typed; a button that asks for another condition gives the form one more row.
    pub fn new(fields: Fields) -> Self {
        let last = (1..=CONDITIONS).rev().find(|number| {
            ["title", "text"].iter().any(|part| !fields.text(&format!("condition-{number}-{part}")).is_empty())
        });
        let shown: usize = fields.raw("condition-rows").parse().unwrap_or(1);
        let more = usize::from(fields.has("add-condition"));
        let rows = (shown.max(last.unwrap_or(1)) + more).clamp(1, CONDITIONS);
        Self { fields, rows }
    }

    /// One value.
    pub fn value(&self, name: &str) -> String {
        self.fields.text(name)
    }

    /// How many rows of conditions the form has.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Whether another condition can be added.
    pub fn takes_more(&self) -> bool {
        self.rows < CONDITIONS
    }

    /// Whether a reason was chosen.
    pub fn chose(&self, name: &str, reason: &Reason) -> bool {
        self.fields.all(name).any(|code| code == reason.code())
    }

    /// The reasons for and against, to choose from.
    pub fn reasons(for_access: bool) -> Vec<Reason> {
        let offered = Reason::ALL.iter().copied().filter(|reason| *reason != Reason::ApplicantWithdrew);
        offered.filter(|reason| speaks_for(*reason) == for_access).collect()
    }

    /// The outcomes to choose from.
    pub fn outcomes() -> Vec<(&'static str, &'static str)> {
        let offered = Outcome::ALL.iter().filter(|outcome| **outcome != Outcome::Withdrawn);
        offered.map(|outcome| (outcome.code(), outcome.label())).collect()
    }

    /// The texts.
    pub fn texts(&self) -> Vec<TextRow> {
        let row = |(name, _, label, hint): &(&'static str, &'static str, &'static str, &'static str)| TextRow {
            name,
            label,
            hint,
            value: self.fields.text(name),
            withheld: self.withheld(name),
        };
        TEXTS.iter().map(row).collect()
    }

    /// Whether this text is withheld.
    pub fn withheld(&self, name: &str) -> Withheld {
        let field = format!("{name}-withheld");
        let (ground, opens) = (self.fields.text(&field), Day::of(&self.fields, format!("{name}-opens")));
        Withheld { name: field, ground, opens }
    }

    /// The conditions.
    pub fn conditions(&self) -> Vec<ConditionRow> {
        (1..=self.rows)
            .map(|number| {
                // The first control has the name by which casework speaks of them all.
                let of = |part: &str| format!("condition-{number}-{part}");
                ConditionRow {
                    number,
                    title: self.fields.text(&of("title")),
                    text: self.fields.text(&of("text")),
                    owner: self.fields.text(&of("owner")),
                    due: Day::of(&self.fields, of("due")),
                    title_name: of("title"),
                    text_name: of("text"),
                    owner_name: of("owner"),
                }
            })
            .collect()
    }

    /// The datasets of the application.
    pub fn datasets(&self, case: &Case) -> Vec<DatasetRow> {
        let asked = case.accepted.as_ref().map_or(&[][..], |access| &access.datasets);
        let row = |(number, dataset): (usize, &register::statement::DatasetUse)| {
            let name = if number == 0 { "datasets".to_owned() } else { format!("datasets-{}", number + 1) };
            let reasons_name = format!("{name}-reasons");
            DatasetRow {
                dataset: dataset.name.clone(),
                outcome: self.fields.text(&name),
                reasons: self.fields.all(&reasons_name).map(str::to_owned).collect(),
                name,
                reasons_name,
            }
        };
        asked.iter().enumerate().map(row).collect()
    }

    /// The decision, its texts sealed with fresh salts and still without its evidence.
    ///
    /// # Errors
    /// All that is wrong with the form by itself; casework has more to say of the whole.
    pub fn decision(&self, case: &Case, mut salt: impl FnMut() -> Salt) -> Result<Decision, Errors> {
        let mut errors = Errors::default();
        let outcome = self.fields.raw("outcome").parse::<Outcome>().ok();
        if outcome.is_none() {
            errors.add("outcome", "Choose an outcome");
        }
        let reasons: Vec<Reason> = self.fields.all("reasons").filter_map(|code| code.parse().ok()).collect();
        if reasons.is_empty() {
            errors.add("reasons", "Choose one reason at least");
        }
        let mut texts = Vec::new();
        for (field, name, ..) in TEXTS {
            let value = self.fields.text(field);
            let withheld = self.withholding(field, &mut errors);
            if !value.is_empty() {
                texts.push(Text { sealed: Disclosure::seal(salt(), name, &value), withheld });
            }
        }
        let decided_by = self.fields.text("decided-by").split_whitespace().collect::<Vec<_>>().join(" ");
        if decided_by.is_empty() {
            errors.add("decided-by", "Say who decides, such as the panel's name");
        } else if decided_by.len() > MAX_CLEAR {
            errors.add("decided-by", format!("Enter {MAX_CLEAR} letters at most"));
        }
        let (conditions, lines) = self.read_conditions(&mut errors);
        let withheld = self.withholding("conditions", &mut errors);
        if !lines.is_empty() {
            texts.push(Text { sealed: Disclosure::seal(salt(), "conditions", &lines.join("\n")), withheld });
        }
        let datasets = self.datasets(case).into_iter().filter(|row| !row.outcome.is_empty()).filter_map(|row| {
            let Ok(outcome) = row.outcome.parse::<Outcome>() else {
                errors.add(row.name, "Choose an outcome of the list");
                return None;
            };
            let reasons = row.reasons.iter().filter_map(|code| code.parse().ok()).collect();
            Some(DatasetDecision { dataset: row.dataset, outcome, reasons })
        });
        let datasets = datasets.collect();
        let route = self.fields.raw("route").parse::<Route>().ok();
        match outcome {
            Some(outcome) if errors.is_empty() => {
                Ok(Decision { outcome, reasons, datasets, conditions, decided_by, texts, route, evidence: Vec::new() })
            }
            _ => Err(errors),
        }
    }

    fn withholding(&self, name: &str, errors: &mut Errors) -> Option<Withholding> {
        let withheld = self.withheld(name);
        let opens = withheld.opens.read(errors);
        let Ok(ground) = withheld.ground.parse::<Ground>() else {
            if !withheld.ground.is_empty() {
                errors.add(withheld.name, "Choose a ground of the list");
            }
            return None;
        };
        if ground == Ground::NotYetPublished && withheld.opens.is_empty() {
            errors.add(withheld.opens.name, "Say on which day the text opens");
        }
        Some(Withholding { ground, opens })
    }

    /// The conditions with their codes, and what they ask in words, a line each.
    fn read_conditions(&self, errors: &mut Errors) -> (Vec<Condition>, Vec<String>) {
        let (mut conditions, mut lines): (Vec<Condition>, Vec<String>) = (Vec::new(), Vec::new());
        for row in self.conditions() {
            if row.title.is_empty() && row.text.is_empty() && row.due.is_empty() {
                continue;
            }
            let code = code_of(&row.title);
            if code.is_empty() {
                errors.add(row.title_name.clone(), "Give the condition a short title");
            } else if conditions.iter().any(|other| other.code == code) {
                errors.add(row.title_name.clone(), "Another condition has this title; give each its own");
            }
            if row.text.is_empty() {
                errors.add(row.text_name.clone(), "Say what the condition asks");
            }
            let due = row.due.read(errors);
            let owner = Party::ALL.iter().copied().find(|party| party.code() == row.owner);
            let Some(owner) = owner else {
                errors.add(row.owner_name.clone(), "Choose who must meet the condition");
                continue;
            };
            let by = due.map_or_else(String::new, |due| format!(", by {}", words::date(due)));
            let text = row.text.split_whitespace().collect::<Vec<_>>().join(" ");
            lines.push(format!("{}: {text} ({}{by})", row.title, owner.label()));
            conditions.push(Condition { code, owner, due });
        }
        (conditions, lines)
    }
}

/// The code of a title: its letters and digits, in lower case, with hyphens between the words.
fn code_of(title: &str) -> String {
    let words = title.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut code = String::new();
    for word in words {
        let begins_with_a_letter = !code.is_empty() || word.starts_with(|first: char| first.is_ascii_alphabetic());
        if !begins_with_a_letter {
            code.push_str("condition");
        }
        if code.len() + 1 + word.len() > CODE {
            break;
        }
        if !code.is_empty() {
            code.push('-');
        }
        code.push_str(&word.to_ascii_lowercase());
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_a_condition_is_its_title_in_plain_letters() {
        assert_eq!(code_of("DPIA updated!"), "dpia-updated");
        assert_eq!(code_of("  A – b / C  "), "a-b-c");
        assert_eq!(code_of("2 more checks"), "condition-2-more-checks");
        assert_eq!(code_of("…"), "");
        assert!(code_of(&"word ".repeat(50)).len() <= CODE);
    }

    #[test]
    fn a_form_has_as_many_rows_as_it_needs_and_one_more_when_asked() {
        let rows = |pairs: &[(&str, &str)]| {
            let owned = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            Typed::new(Fields::of(owned.collect())).rows()
        };
        assert_eq!(rows(&[]), 1);
        assert_eq!(rows(&[("condition-rows", "2"), ("add-condition", "")]), 3);
        assert_eq!(rows(&[("condition-4-text", "x")]), 4);
        assert_eq!(rows(&[("condition-rows", "999999"), ("add-condition", "")]), CONDITIONS);
    }
}
