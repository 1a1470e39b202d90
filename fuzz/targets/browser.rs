//! Whatever a page's script hands it, the browser's check answers with one of its four words and never panics; and a
//! question with a statement holds only for a statement that is in the log.
#![no_main]

use browser::{Now, Request, answer};
use fuzz::ENTRIES;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let said = answer(data);
    let first = said.lines().next().unwrap_or_default();
    assert!(["holds", "need", "alarm", "unclear"].contains(&first), "{said}");
    let Ok(request) = Request::parse(data) else { return assert_eq!(first, "unclear") };
    // Only this log's key is known here, so a signature that holds is over one of its checkpoints.
    if let Now::Statement(statement) = request.now
        && first == "holds"
        && request.key == fuzz::log_key().verifier().to_string()
    {
        assert_eq!(ENTRIES.get(statement.index as usize).copied(), Some(statement.leaf));
    }
});
