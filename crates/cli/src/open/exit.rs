//! The exit codes of `rollcall open`, as its help and its reference page list them.

/// Each code and what it means. Those from 10 on are the receipt's and the package's own (`package::Unopened`).
pub const EXIT_CODES: &[(u8, &str)] = &[
    (0, "opened; every byte is what the log's statement says"),
    (2, "the command line is wrong"),
    (3, "a file that the command line names cannot be used: identity, policy, receipt or output folder"),
    (10, "there is no receipt"),
    (11, "the receipt cannot be read, or its key was altered"),
    (12, "the receipt's proof does not hold"),
    (13, "the policy is not satisfied: another log, or too few witnesses"),
    (14, "the receipt's statement releases something else"),
    (15, "the receipt is for another share"),
    (16, "the receipt is made out to somebody else"),
    (17, "the receipt belongs to another package, or the package's header was altered"),
    (18, "the package holds another manifest than the one that stands in the log"),
    (19, "this is not a package"),
    (20, "the package was altered or is not whole"),
    (21, "the package cannot be read"),
    (22, "what the package holds cannot be written; the disk may be full"),
    (130, "it was stopped, such as by Ctrl-C"),
];

/// The list in the command's help.
pub fn exit_codes() -> String {
    let mut text = "Exit codes (whenever it is not 0, no output folder is left):".to_owned();
    for (code, meaning) in EXIT_CODES {
        text.push_str(&format!("\n{code:>5}  {meaning}"));
    }
    text
}
