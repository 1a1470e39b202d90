//! All that the typesetter can see: one source, one paper, and the fonts of typst's own assets.

use std::sync::LazyLock;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Dict, Duration, Value};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

/// How a paper looks.
const TEMPLATE: &str = include_str!("paper.typ");

/// The families that are used: the first for text, the second for what it has not, Arabic among it.
const FAMILIES: [&str; 2] = ["Libertinus Serif", "DejaVu Sans Mono"];

/// The fonts, and what is known of them.
pub(crate) static FONTS: LazyLock<(Vec<Font>, FontBook)> = LazyLock::new(|| {
    let all = typst_assets::fonts().flat_map(|data| Font::iter(Bytes::new(data)));
    let used: Vec<Font> = all.filter(|font| FAMILIES.contains(&font.info().family.as_str())).collect();
    let book = FontBook::from_fonts(&used);
    (used, book)
});

/// A world with one paper in it.
pub(crate) struct PaperWorld {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    source: Source,
}

impl PaperWorld {
    /// The paper as JSON, which the template gets as an input.
    pub(crate) fn new(json: String) -> Option<Self> {
        let path = VirtualPath::new("paper.typ").ok()?;
        let id = RootedPath::new(VirtualRoot::Project, path).intern();
        let inputs: Dict = [("paper".into(), Value::Str(json.into()))].into_iter().collect();
        let library = LazyHash::new(Library::builder().with_inputs(inputs).build());
        let book = LazyHash::new(FONTS.1.clone());
        Some(Self { library, book, source: Source::new(id, TEMPLATE.to_owned()) })
    }
}

impl World for PaperWorld {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.source.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.source.id() { Ok(self.source.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, _: FileId) -> FileResult<Bytes> {
        Err(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.0.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
