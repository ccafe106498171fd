package snapshot

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Only the owner may read what was written: it describes a network.
const (
	fileMode   = 0o600
	folderMode = 0o700
)

// write puts the files at path, in the form that the extension asks for. They are written beside it and then renamed.
func write(path string, files []file) error {
	err := func() error {
		switch {
		case strings.HasSuffix(path, ".zip"):
			return writeArchive(path, func(w io.Writer) error { return zipTo(w, files) })
		case strings.HasSuffix(path, ".tar.gz"), strings.HasSuffix(path, ".tgz"):
			return writeArchive(path, func(w io.Writer) error { return tarTo(w, files) })
		}
		return writeFolder(path, files)
	}()
	if err != nil {
		return fmt.Errorf("write snapshot %s: %w", path, err)
	}
	return nil
}

func writeArchive(path string, fill func(io.Writer) error) error {
	temporary, err := os.CreateTemp(filepath.Dir(path), ".snapshot-*")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name()) // fails after the rename, as it should
	err = fill(temporary)
	if closing := temporary.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	return os.Rename(temporary.Name(), path)
}

func writeFolder(path string, files []file) error {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		if err == nil {
			err = fs.ErrExist
		}
		return err
	}
	path = filepath.Clean(path)
	temporary, err := os.MkdirTemp(filepath.Dir(path), ".snapshot-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temporary)
	for _, f := range files {
		name := filepath.Join(temporary, filepath.FromSlash(f.name))
		if err := os.MkdirAll(filepath.Dir(name), folderMode); err != nil {
			return err
		}
		if err := os.WriteFile(name, f.content, fileMode); err != nil {
			return err
		}
	}
	return os.Rename(temporary, path)
}

func zipTo(w io.Writer, files []file) error {
	archive := zip.NewWriter(w)
	for _, f := range files {
		entry, err := archive.Create(f.name)
		if err != nil {
			return err
		}
		if _, err := entry.Write(f.content); err != nil {
			return err
		}
	}
	return archive.Close()
}

func tarTo(w io.Writer, files []file) error {
	packed := gzip.NewWriter(w)
	archive := tar.NewWriter(packed)
	for _, f := range files {
		header := &tar.Header{Name: f.name, Mode: fileMode, Size: int64(len(f.content)), Typeflag: tar.TypeReg}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		if _, err := archive.Write(f.content); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return err
	}
	return packed.Close()
}
