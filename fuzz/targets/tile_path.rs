//! Every path has one tile and every tile one path.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tlog::{Tile, tile};

fuzz_target!(|data: &[u8]| {
    if let Some((index, [level, width, ..])) = data.split_first_chunk::<8>() {
        let tile = Tile { level: level % 64, index: u64::from_le_bytes(*index), width: u16::from(*width) + 1 };
        assert_eq!(Tile::parse_path(&tile.path()).expect("written here"), tile);
        let bundle = Tile { level: 0, ..tile };
        assert_eq!(Tile::parse_entries_path(&bundle.entries_path()).expect("written here"), bundle);
        assert_eq!(tile.is_partial(), tile.full() != tile);
    }
    let Ok(path) = str::from_utf8(data) else { return };
    if let Ok(tile) = Tile::parse_path(path) {
        assert_eq!(tile.path(), path);
        assert!(tile.level < 64 && (1..=256).contains(&tile.width));
    }
    if let Ok(tile) = Tile::parse_entries_path(path) {
        assert_eq!(tile.entries_path(), path);
    }
    if let Ok((index, width)) = tile::parse_sized_path(path) {
        assert_eq!(tile::sized_path(index, width), path);
    }
});
