// The peer of `rollcall verify`: checks with the packages of Go's checksum database that the checkpoint is signed, that
// the entries hash to its root, and that every tile is what the entries make. It reads no statement, checks no
// disclosure, and recomputes no download or database.
package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	entries, tiles, err := check(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
	fmt.Printf("%d entries and %d tiles\n", entries, tiles)
}

func check(public string) (int64, int, error) {
	vkey, err := os.ReadFile(filepath.Join(public, "vkey"))
	if err != nil {
		return 0, 0, err
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(string(vkey)))
	if err != nil {
		return 0, 0, err
	}
	signed, err := os.ReadFile(filepath.Join(public, "checkpoint"))
	if err != nil {
		return 0, 0, err
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return 0, 0, err
	}
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return 0, 0, err
	}

	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for place, index := range indexes {
			hashes[place] = stored[index]
		}
		return hashes, nil
	})
	for next := int64(0); next < size; {
		width := size - next
		if width > 256 {
			width = 256
		}
		bundle, err := os.ReadFile(filepath.Join(public, "tile", "entries", name(next/256, int(width))))
		if err != nil {
			return 0, 0, err
		}
		for ; len(bundle) > 0; next++ {
			length := int(bundle[0])<<8 | int(bundle[1])
			hashes, err := tlog.StoredHashes(next, bundle[2:2+length], reader)
			if err != nil {
				return 0, 0, err
			}
			stored = append(stored, hashes...)
			bundle = bundle[2+length:]
		}
	}
	root, err := tlog.TreeHash(size, reader)
	if err != nil {
		return 0, 0, err
	}
	if base64.StdEncoding.EncodeToString(root[:]) != lines[2] {
		return 0, 0, fmt.Errorf("the entries do not hash to the root")
	}
	tiles := 0
	for _, tile := range tlog.NewTiles(8, 0, size) {
		if tile.W < 256 && int64(tile.W) != (size>>(8*uint(tile.L)))%256 {
			continue // a narrower form of the last tile, which need not be there
		}
		tiles++
		computed, err := tlog.ReadTileData(tile, reader)
		if err != nil {
			return 0, 0, err
		}
		held, err := os.ReadFile(filepath.Join(public, "tile", strconv.Itoa(tile.L), name(tile.N, tile.W)))
		if err != nil {
			return 0, 0, err
		}
		if !bytes.Equal(computed, held) {
			return 0, 0, fmt.Errorf("tile %v is not what the entries make", tile)
		}
	}
	return size, tiles, nil
}

// name is the path of a tile's number in tlog-tiles: groups of three digits, `x` before all but the last.
func name(index int64, width int) string {
	path := fmt.Sprintf("%03d", index%1000)
	for index >= 1000 {
		index /= 1000
		path = fmt.Sprintf("x%03d/%s", index%1000, path)
	}
	if width < 256 {
		path = fmt.Sprintf("%s.p/%d", path, width)
	}
	return path
}
