//! A leaf has one form, and a register that refuses a statement is as it was before.
#![no_main]

use libfuzzer_sys::fuzz_target;
use register::{Register, Statement};

fuzz_target!(|data: &[u8]| {
    let Ok(statement) = Statement::from_leaf(data) else { return };
    assert_eq!(statement.to_leaf().expect("it was read from a leaf"), data);
    let mut register = Register::new();
    let applied = register.apply(&statement, &[]).is_ok();
    assert_eq!(register.size(), u64::from(applied));
});
