//! A paper on its way to PDF.

use std::fmt;

use casework::paper::{NotAPaper, Paper};
use sha2::{Digest, Sha256};
use typst::diag::SourceDiagnostic;
use typst::foundations::Smart;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::letters::settable;
use crate::world::{FONTS, PaperWorld};

/// Why there is no PDF.
#[derive(Debug)]
pub enum Fault {
    /// The paper cannot be set.
    Paper(NotAPaper),
    /// The typesetter refused it, which is a fault of this program. What it says holds no text of a paper.
    Typst(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Paper(problem) => write!(f, "the paper cannot be set: {problem}"),
            Self::Typst(problem) => write!(f, "the paper could not be set: {problem}"),
        }
    }
}

impl std::error::Error for Fault {}

/// The paper as PDF: tagged as PDF/UA-1 asks, and for archives as PDF/A-2a does.
///
/// # Errors
/// If the paper cannot be set.
pub fn pdf(paper: Paper) -> Result<Vec<u8>, Fault> {
    paper.check().map_err(Fault::Paper)?;
    let mut paper = paper.cleaned();
    paper.texts_mut().into_iter().for_each(|text| settable(text, &FONTS.1));
    let refused = |what: &str| Fault::Typst(what.to_owned());
    let json = serde_json::to_string(&paper).map_err(|_| refused("it has no JSON form"))?;
    // The file's own identifier, which must not change from one run to the next.
    let ident = Sha256::digest(json.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let world = PaperWorld::new(json).ok_or_else(|| refused("there is no world for it"))?;
    let document = typst::compile::<PagedDocument>(&world).output.map_err(|errors| said(&errors))?;
    let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
        .map_err(|_| refused("PDF/A-2a and PDF/UA-1 cannot be had together"))?;
    let options = PdfOptions {
        ident: Smart::Custom(ident),
        creator: Smart::Custom(Some("rollcall-papers".to_owned())),
        standards,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(&document, &options).map_err(|errors| said(&errors))
}

fn said(errors: &[SourceDiagnostic]) -> Fault {
    Fault::Typst(errors.iter().map(|error| error.message.to_string()).collect::<Vec<_>>().join("; "))
}
