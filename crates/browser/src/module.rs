//! The two functions of the module, as a page's script calls them, and what a program without a standard library must
//! bring: memory and what to do on a panic. Addresses and lengths are bytes of the module's memory.
//!
//! An instance checks one request and is then thrown away with all its memory, so nothing is ever freed.
#![allow(unsafe_code)] // a foreign caller and an allocator cannot do without; nothing else here may have it

use alloc::{alloc::GlobalAlloc, alloc::Layout, boxed::Box, vec, vec::Vec};
use core::arch::wasm32::{memory_grow, memory_size, unreachable};
use core::sync::atomic::{AtomicUsize, Ordering};

/// The largest request: a statement of 64 kB, notes and keys, and some dozen tiles of 8 kB fit many times.
const LARGEST: usize = 8 << 20;

/// Makes room for a request of this length and says where; 0 if it is too large.
#[unsafe(no_mangle)]
pub extern "C" fn room(length: usize) -> usize {
    if length > LARGEST {
        return 0;
    }
    Box::leak(vec![0_u8; length].into_boxed_slice()).as_mut_ptr().expose_provenance()
}

/// Checks the request that was written there and says where the answer is: its length as a little-endian uint32, then
/// its text in UTF-8.
///
/// # Safety
/// Both arguments are those of a call of [`room`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn check(request: usize, length: usize) -> usize {
    // SAFETY: `room` allocated this many bytes, initialised them, and gave them up to the caller for good.
    let request = unsafe { core::slice::from_raw_parts(core::ptr::with_exposed_provenance::<u8>(request), length) };
    let text = crate::answer(request);
    let mut answer = Vec::with_capacity(4 + text.len());
    answer.extend_from_slice(&u32::try_from(text.len()).unwrap_or(0).to_le_bytes());
    answer.extend_from_slice(text.as_bytes());
    Box::leak(answer.into_boxed_slice()).as_mut_ptr().expose_provenance()
}

/// Hands out memory from the end of the module's own, and takes none back.
struct Grow;

#[global_allocator]
static MEMORY: Grow = Grow;

const PAGE: usize = 65_536;

/// The first byte that was not handed out; 0 before the first call.
static NEXT: AtomicUsize = AtomicUsize::new(0);

// SAFETY: each piece is aligned, lies past every earlier one, and is within the memory, which never shrinks. There is one
// thread, so nothing happens between reading NEXT and writing it.
unsafe impl GlobalAlloc for Grow {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = memory_size(0) * PAGE;
        let next = match NEXT.load(Ordering::Relaxed) {
            0 => held,
            next => next,
        };
        let Some(end) = next.checked_next_multiple_of(layout.align()).and_then(|at| at.checked_add(layout.size()))
        else {
            return core::ptr::null_mut();
        };
        if end > held && memory_grow(0, (end - held).div_ceil(PAGE)) == usize::MAX {
            return core::ptr::null_mut();
        }
        NEXT.store(end, Ordering::Relaxed);
        core::ptr::with_exposed_provenance_mut(end - layout.size())
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

/// Nothing is known to panic; where something does after all, the script sees a trap and says that the check failed.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    unreachable()
}
