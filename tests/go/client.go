// An independent client of our log's files: it reads them with the packages by which Go checks its checksum database,
// and nothing of it is ours but the mapping of paths. It fails at the first thing that does not hold.
//
//	client -public FOLDER -vkey KEY|FILE [-seed N] [CHECKPOINT...]
//
// Further checkpoints are earlier ones of the same log; the tree must have grown out of each. With -seed, the log's key
// is that of 32 bytes N, and Go's signature of the checkpoint must be the same bytes as ours.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"flag"
	"fmt"
	"io/fs"
	"math/rand"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// The tile height of tlog-tiles, which is fixed there and a part of the path in x/mod.
const height = 8

// Proofs of each kind, between places chosen at random; the seed is fixed so that a failure comes again.
const proofs = 300

func main() {
	public := flag.String("public", "", "the log's public `folder`")
	vkey := flag.String("vkey", "", "the log's verifier `key`, or a file that holds it")
	seed := flag.Int("seed", -1, "the `byte` that fills the log's secret seed")
	print := flag.Bool("print-vkey", false, "write the verifier key that -seed makes, and stop")
	flag.Parse()
	if *print {
		vkey, err := sameSignature(*public, *seed)
		if err != nil {
			fmt.Fprintln(os.Stderr, "Go's client:", err)
			os.Exit(1)
		}
		fmt.Println(vkey)
		return
	}
	if err := run(*public, *vkey, *seed, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "Go's client:", err)
		os.Exit(1)
	}
}

func run(public, vkey string, seed int, earlier []string) error {
	if text, err := os.ReadFile(vkey); err == nil {
		vkey = strings.TrimSpace(string(text))
	}
	if seed >= 0 {
		var err error
		if vkey, err = sameSignature(public, seed); err != nil {
			return err
		}
	}
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return fmt.Errorf("the verifier key %q: %w", vkey, err)
	}
	tree, err := open(filepath.Join(public, "checkpoint"), verifier)
	if err != nil {
		return err
	}

	own, err := fromEntries(public, tree)
	if err != nil {
		return err
	}
	files, err := everyTile(public, tree, own)
	if err != nil {
		return err
	}
	// From here on nothing comes from the entries: hashes are read from tiles and checked against the checkpoint.
	reader := tlog.TileHashReader(tree, tiles{public})
	if err := everyHash(tree, reader, own); err != nil {
		return err
	}
	if err := prove(tree, reader, own); err != nil {
		return err
	}
	for _, path := range earlier {
		old, err := open(path, verifier)
		if err != nil {
			return err
		}
		if err := grew(old, tree, reader); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	fmt.Printf("Go's client: %d entries, %d tiles and bundles, %d earlier checkpoints hold\n", tree.N, files, len(earlier))
	return nil
}

// sameSignature makes the key from its seed and signs the checkpoint's text: Ed25519 leaves no choice, so Go's note is
// ours to the byte. Returns the verifier key as Go writes it.
func sameSignature(public string, seed int) (string, error) {
	ours, err := os.ReadFile(filepath.Join(public, "checkpoint"))
	if err != nil {
		return "", err
	}
	text := string(ours[:bytes.LastIndex(ours, []byte("\n\n"))+1])
	origin, _, _ := strings.Cut(text, "\n")
	secret, vkey, err := note.GenerateKey(bytes.NewReader(bytes.Repeat([]byte{byte(seed)}, 32)), origin)
	if err != nil {
		return "", err
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		return "", err
	}
	theirs, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		return "", err
	}
	if !bytes.Equal(ours, theirs) {
		return "", fmt.Errorf("our checkpoint is not what Go signs:\n%s\nbut:\n%s", theirs, ours)
	}
	return vkey, nil
}

// open verifies a signed checkpoint and reads its tree: origin, size and root, a line each.
func open(path string, verifier note.Verifier) (tlog.Tree, error) {
	bad := func(err error) (tlog.Tree, error) { return tlog.Tree{}, fmt.Errorf("%s: %w", path, err) }
	signed, err := os.ReadFile(path)
	if err != nil {
		return bad(err)
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return bad(err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return bad(fmt.Errorf("expected the origin %s, a size and a root", verifier.Name()))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || strconv.FormatInt(size, 10) != lines[1] {
		return bad(fmt.Errorf("the size %q is not a plain number", lines[1]))
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return bad(fmt.Errorf("the root %q is not a hash", lines[2]))
	}
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	return tree, nil
}

// stored is a whole tree in memory, in the order of x/mod's stored hashes.
type stored []tlog.Hash

func (s stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(s)) {
			return nil, fmt.Errorf("no hash %d in a tree of %d", index, len(s))
		}
		hashes[i] = s[index]
	}
	return hashes, nil
}

// fromEntries hashes every entry of every bundle, and compares the tree they make with the checkpoint.
func fromEntries(public string, tree tlog.Tree) (stored, error) {
	var own stored
	var index int64
	for index < tree.N {
		width := tree.N - index
		if width > 1<<height {
			width = 1 << height
		}
		bundle := tlog.Tile{H: height, L: -1, N: index >> height, W: int(width)}
		data, err := os.ReadFile(filepath.Join(public, ourPath(bundle)))
		if err != nil {
			return nil, err
		}
		for ; width > 0; width-- {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				return nil, fmt.Errorf("%s ends before entry %d does", ourPath(bundle), index)
			}
			end := 2 + int(binary.BigEndian.Uint16(data))
			hashes, err := tlog.StoredHashesForRecordHash(index, tlog.RecordHash(data[2:end]), own)
			if err != nil {
				return nil, err
			}
			own, data = append(own, hashes...), data[end:]
			index++
		}
		if len(data) > 0 {
			return nil, fmt.Errorf("%s has %d bytes after its last entry", ourPath(bundle), len(data))
		}
	}
	root, err := tlog.TreeHash(tree.N, own)
	if err != nil {
		return nil, err
	}
	if root != tree.Hash {
		return nil, fmt.Errorf("the entries make the root %s, the checkpoint says %s", root, tree.Hash)
	}
	return own, nil
}

// everyTile compares every tile with the entries' hashes: those that the tree needs, and whatever else lies there, such
// as partial tiles of earlier sizes. Returns how many files there are.
func everyTile(public string, tree tlog.Tree, own stored) (int, error) {
	needed := tlog.NewTiles(height, 0, tree.N)
	for i, tile := range needed {
		// x/mod also names every narrower partial tile, which a log need not keep; the widest is the last.
		if i+1 < len(needed) && needed[i+1].L == tile.L && needed[i+1].N == tile.N {
			continue
		}
		if _, err := os.Stat(filepath.Join(public, ourPath(tile))); err != nil {
			return 0, err
		}
	}
	files := 0
	err := filepath.WalkDir(filepath.Join(public, "tile"), func(path string, file fs.DirEntry, err error) error {
		if err != nil || file.IsDir() {
			return err
		}
		files++
		ours, err := filepath.Rel(public, path)
		if err != nil {
			return err
		}
		tile, err := tlog.ParseTilePath(theirPath(filepath.ToSlash(ours)))
		if err != nil {
			return fmt.Errorf("%s is no tile: %w", ours, err)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if tile.L < 0 {
			return bundle(ours, data, tile, own)
		}
		expected, err := tlog.ReadTileData(tile, own)
		if err != nil {
			return fmt.Errorf("%s: %w", ours, err)
		}
		if !bytes.Equal(data, expected) {
			return fmt.Errorf("%s is not the tile that the entries make", ours)
		}
		return nil
	})
	return files, err
}

// bundle compares a bundle's records with the level 0 hashes.
func bundle(path string, data []byte, tile tlog.Tile, own stored) error {
	for i := 0; i < tile.W; i++ {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return fmt.Errorf("%s ends before its entry %d does", path, i)
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		at := tlog.StoredHashIndex(0, tile.N<<height+int64(i))
		if at >= int64(len(own)) || tlog.RecordHash(data[2:end]) != own[at] {
			return fmt.Errorf("%s: entry %d is not that of the log", path, i)
		}
		data = data[end:]
	}
	if len(data) > 0 {
		return fmt.Errorf("%s has %d bytes after its last entry", path, len(data))
	}
	return nil
}

// everyHash reads each entry's hash through x/mod's reader, which checks the tiles up to the root as it goes.
func everyHash(tree tlog.Tree, reader tlog.HashReader, own stored) error {
	for first := int64(0); first < tree.N; first += 1 << height {
		var indexes []int64
		for n := first; n < tree.N && n < first+1<<height; n++ {
			indexes = append(indexes, tlog.StoredHashIndex(0, n))
		}
		hashes, err := reader.ReadHashes(indexes)
		if err != nil {
			return fmt.Errorf("tiles of the entries from %d: %w", first, err)
		}
		for i, index := range indexes {
			if hashes[i] != own[index] {
				return fmt.Errorf("the tile's hash of entry %d is not the entry's", first+int64(i))
			}
		}
	}
	root, err := tlog.TreeHash(tree.N, reader)
	if err != nil {
		return err
	}
	if root != tree.Hash {
		return fmt.Errorf("the tiles make the root %s, the checkpoint says %s", root, tree.Hash)
	}
	return nil
}

// prove checks inclusion of random entries in the tree, and that the tree grew out of trees of random sizes. A proof
// with a changed hash must fail, or checking shows nothing.
func prove(tree tlog.Tree, reader tlog.HashReader, own stored) error {
	random := rand.New(rand.NewSource(tree.N))
	for i := 0; i < proofs; i++ {
		entry := random.Int63n(tree.N)
		proof, err := tlog.ProveRecord(tree.N, entry, reader)
		if err != nil {
			return fmt.Errorf("inclusion of %d in %d: %w", entry, tree.N, err)
		}
		leaf := own[tlog.StoredHashIndex(0, entry)]
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, entry, leaf); err != nil {
			return fmt.Errorf("inclusion of %d in %d: %w", entry, tree.N, err)
		}
		leaf[0] ^= 1
		if tlog.CheckRecord(proof, tree.N, tree.Hash, entry, leaf) == nil {
			return fmt.Errorf("inclusion of %d in %d holds for another entry", entry, tree.N)
		}

		newer := tlog.Tree{N: 1 + random.Int63n(tree.N)}
		older := tlog.Tree{N: 1 + random.Int63n(newer.N)}
		if newer.Hash, err = tlog.TreeHash(newer.N, own); err != nil {
			return err
		}
		if older.Hash, err = tlog.TreeHash(older.N, own); err != nil {
			return err
		}
		if err := grew(older, newer, reader); err != nil {
			return err
		}
		if older.Hash[0] ^= 1; grew(older, newer, reader) == nil {
			return fmt.Errorf("the tree of %d grows out of one of %d that never was", newer.N, older.N)
		}
	}
	return nil
}

// grew checks the consistency proof between two trees.
func grew(older, newer tlog.Tree, reader tlog.HashReader) error {
	proof, err := tlog.ProveTree(newer.N, older.N, reader)
	if err == nil {
		err = tlog.CheckTree(proof, newer.N, newer.Hash, older.N, older.Hash)
	}
	if err != nil {
		return fmt.Errorf("consistency of %d and %d: %w", older.N, newer.N, err)
	}
	return nil
}

// tiles reads tiles from the public folder.
type tiles struct{ public string }

func (t tiles) Height() int { return height }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(wanted))
	for i, tile := range wanted {
		var err error
		if data[i], err = os.ReadFile(filepath.Join(t.public, ourPath(tile))); err != nil {
			return nil, err
		}
	}
	return data, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// ourPath maps x/mod's path to that of tlog-tiles: no height in it, and `entries` for `data`.
func ourPath(tile tlog.Tile) string {
	path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
	return strings.Replace(path, "tile/data/", "tile/entries/", 1)
}

// theirPath is the way back.
func theirPath(path string) string {
	path = strings.Replace(path, "tile/entries/", "tile/data/", 1)
	return strings.Replace(path, "tile/", "tile/8/", 1)
}
