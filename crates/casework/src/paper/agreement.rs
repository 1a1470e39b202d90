//! The agreement: the text that both sides sign, from a template with the structured terms. A template that an agreement
//! was made on is never changed; a further one gets a code of its own.
//!
//! The text is made of the terms and of nothing that could change later, so that it can be made again for whoever checks
//! it. Signatures are not part of it: they refer to its digest.

use register::{Moment, Organisation};

use super::{Block, Paper, definition, heading, list, paragraph};
use crate::answer::in_words;
use crate::event::{DataRole, Terms};

/// The template in use.
pub const TEMPLATE: &str = "agreement-1";

/// The agreement of these two parties on these terms; nothing where the template is not known. The terms' own digest is
/// not read: it is the digest of this.
pub fn agreement(
    reference: &str,
    custodian: &str,
    recipient: &Organisation,
    purpose: &str,
    terms: &Terms,
    made: Moment,
) -> Option<Paper> {
    if terms.template != TEMPLATE {
        return None;
    }
    let identifiers = recipient.ids.iter().map(|(scheme, id)| format!("{scheme} {id}")).collect::<Vec<_>>();
    let named = match identifiers.is_empty() {
        true => recipient.name.clone(),
        false => format!("{} ({})", recipient.name, identifiers.join(", ")),
    };
    let front = vec![
        definition("Between", format!("{custodian} (the custodian)")),
        definition("and", format!("{named} (the recipient)")),
        definition("On", format!("share {reference}")),
        definition("From", in_words(terms.start)),
        definition("Until", in_words(terms.end)),
    ];
    let title = format!("Data sharing agreement for {reference}");
    Some(Paper {
        title,
        reference: reference.to_owned(),
        issuer: custodian.to_owned(),
        made,
        front,
        blocks: clauses(recipient, purpose, terms),
    })
}

fn clauses(recipient: &Organisation, purpose: &str, terms: &Terms) -> Vec<Block> {
    let who = &recipient.name;
    let mut blocks = vec![
        heading(1, "What the data may be used for"),
        paragraph("The recipient uses the data for this purpose and for no other:"),
        paragraph(purpose),
        paragraph(
            "It does not try to find out who anybody in the data is, and does not link the data with other data unless the purpose says so.",
        ),
        heading(1, "Who answers for the data"),
        paragraph(match terms.recipient_role {
            DataRole::Controller => format!(
                "The custodian is the controller of the data that it holds. {who} is the controller of the data that it receives, from the moment of receipt."
            ),
            DataRole::JointController => {
                format!("The custodian and {who} are joint controllers of the data that is supplied.")
            }
            DataRole::Processor => format!(
                "The custodian is the controller. {who} is its processor and acts on its written instructions only."
            ),
        }),
        paragraph("The data is supplied and used on these legal bases:"),
        list(terms.bases.iter().cloned()),
        heading(1, "Processors"),
    ];
    if terms.processors.is_empty() {
        blocks.push(paragraph("No other organisation may process the data for the recipient."));
    } else {
        blocks.push(paragraph("These organisations may process the data for the recipient, and no others. The recipient answers for them as for itself:"));
        blocks.push(list(terms.processors.iter().map(|processor| processor.name.clone())));
    }
    blocks.extend([
        heading(1, "Where the data lies, and how it is kept"),
        paragraph(format!("The data, with every copy and backup, stays within: {}.", terms.territory)),
    ]);
    if !terms.safeguards.is_empty() {
        blocks.push(paragraph("These safeguards hold for as long as there is a copy. If one lapses the recipient says so at once and stops using the data:"));
        blocks.push(list(terms.safeguards.iter().cloned()));
    }
    blocks.extend([
        heading(1, "Duties while the agreement lasts"),
        Block::List {
            numbered: true,
            items: vec![
                "The recipient passes the data, or anything from which a person could be recognised, to nobody else.".to_owned(),
                "It lets only people use the data who are named in the application or whom the custodian has accepted since.".to_owned(),
                "It tells the custodian of an incident without delay, and in any case within 24 hours of learning of it.".to_owned(),
                "It tells the custodian beforehand if its name, its owners or its place of processing change.".to_owned(),
            ],
        },
        paragraph(if terms.audit_right {
            "The custodian, or somebody whom it appoints, may audit how the recipient keeps and uses the data, at reasonable notice; after an incident without notice."
        } else {
            "This agreement gives the custodian no right of audit."
        }),
        heading(1, "The end"),
        paragraph(format!(
            "Access ends on {}. Within {} days after it the recipient destroys every copy, backups and copies at processors included, and gives evidence of it for each. The custodian confirms each destruction; until then the copy counts as held.",
            in_words(terms.end),
            terms.destruction_days
        )),
        paragraph("If the agreement is broken the custodian may suspend access, end this agreement, or both, and copies must then be destroyed as if it had ended."),
        heading(1, "What is public"),
        paragraph("The parties, the purpose, the legal bases, what was decided and why, every release with its measured volume, and every destruction are published in the register and stay there. A SHA-256 digest of this text is part of it."),
    ]);
    blocks
}
