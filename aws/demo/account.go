package demo

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
)

// An account is a set of AWS CLI answers that can still be changed.
type account struct {
	documents []document
}

// A document is one file of AWS CLI output.
type document struct {
	path string // BASE/REGION/FILE.json
	body map[string]any
}

// readAccount reads all answers of an embedded folder.
func readAccount(folder string) ([]document, error) {
	var documents []document
	err := fs.WalkDir(files, folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		raw, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		d := document{path: strings.TrimPrefix(name, "worlds/base/")}
		if err := json.Unmarshal(raw, &d.body); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		documents = append(documents, d)
		return nil
	})
	return documents, err
}

// archive returns the account as a file system in the snapshot's form, with its manifest.
func (a account) archive(manifest map[string]any) (fs.FS, error) {
	var buffer bytes.Buffer
	archive := zip.NewWriter(&buffer)
	all := append([]document{{path: "manifest.json", body: manifest}}, a.documents...)
	for _, d := range all {
		file, err := archive.Create(d.path)
		if err != nil {
			return nil, err
		}
		if err := json.NewEncoder(file).Encode(d.body); err != nil {
			return nil, fmt.Errorf("%s: %w", d.path, err)
		}
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	return zip.NewReader(bytes.NewReader(buffer.Bytes()), int64(buffer.Len()))
}
