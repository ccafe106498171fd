package snapshot

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
)

// limits bound what is taken from a folder or archive, so that a corrupt or hostile one can't exhaust the memory.
type limits struct {
	file, total int64 // bytes
	files       int
}

// generous limits are far above what is needed: a VPC of several hundred subnets and groups takes a few megabytes.
var generous = limits{file: 64 << 20, total: 512 << 20, files: 20_000}

// A file is a JSON file of a snapshot. Its name is its path inside the snapshot; nothing is ever written by that name.
type file struct {
	name    string
	content []byte
}

// A pile collects files within the limits.
type pile struct {
	limits
	taken []file
	size  int64
}

// wanted reports whether a file belongs to a snapshot.
func wanted(name string) bool {
	base := path.Base(name)
	return strings.EqualFold(path.Ext(base), ".json") && !strings.HasPrefix(base, ".") && !strings.HasPrefix(name, "__MACOSX/")
}

func (p *pile) add(name string, r io.Reader) error {
	if len(p.taken) == p.files {
		return fmt.Errorf("more than %d files", p.files)
	}
	content, err := io.ReadAll(io.LimitReader(r, p.file+1))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if int64(len(content)) > p.file {
		return fmt.Errorf("%s: larger than %d bytes", name, p.file)
	}
	if p.size += int64(len(content)); p.size > p.total {
		return fmt.Errorf("%s: the files together are larger than %d bytes", name, p.total)
	}
	p.taken = append(p.taken, file{name, content})
	return nil
}

func filesOf(fsys fs.FS, within limits) ([]file, error) {
	p := pile{limits: within}
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !wanted(name) {
			return err
		}
		f, err := fsys.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		return p.add(name, f)
	})
	return p.taken, err
}

func unzip(name string, within limits) ([]file, error) {
	archive, err := zip.OpenReader(name)
	if err != nil {
		return nil, err
	}
	defer archive.Close()
	p := pile{limits: within}
	for _, entry := range archive.File {
		if entry.FileInfo().IsDir() || !wanted(entry.Name) {
			continue
		}
		f, err := entry.Open()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", entry.Name, err)
		}
		err = p.add(entry.Name, f)
		f.Close()
		if err != nil {
			return nil, err
		}
	}
	return p.taken, nil
}

func untar(name string, within limits) ([]file, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	unpacked, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	p := pile{limits: within}
	archive := tar.NewReader(io.LimitReader(unpacked, 2*within.total)) // other files in it are skipped, but not without end
	for {
		entry, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return p.taken, nil
		}
		if err != nil {
			return nil, err
		}
		if entry.Typeflag != tar.TypeReg || !wanted(entry.Name) {
			continue
		}
		if err := p.add(entry.Name, archive); err != nil {
			return nil, err
		}
	}
}

func (f file) isManifest() bool { return path.Base(f.name) == "manifest.json" }

// A document is one JSON object, as one AWS CLI command printed it.
type document map[string]json.RawMessage

// documents returns the objects that the file holds, one after the other.
func (f file) documents() ([]document, error) {
	var all []document
	decoder := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(f.content, []byte("\xef\xbb\xbf"))))
	for {
		var d document
		err := decoder.Decode(&d)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: not what the AWS CLI prints with --output json: %w", f.name, err)
		}
		all = append(all, d)
	}
}
