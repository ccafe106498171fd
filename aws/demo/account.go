package demo

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"

	"fargate-doctor/aws/snapshot"
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
func (a account) archive(manifest snapshot.Manifest) (fs.FS, error) {
	var buffer bytes.Buffer
	archive := zip.NewWriter(&buffer)
	add := func(path string, body any) error {
		file, err := archive.Create(path)
		if err != nil {
			return err
		}
		if err := json.NewEncoder(file).Encode(body); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		return nil
	}
	if err := add("manifest.json", manifest); err != nil {
		return nil, err
	}
	for _, d := range a.documents {
		if err := add(d.path, d.body); err != nil {
			return nil, err
		}
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	return zip.NewReader(bytes.NewReader(buffer.Bytes()), int64(buffer.Len()))
}
