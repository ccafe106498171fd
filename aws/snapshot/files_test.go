package snapshot

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestHostileArchives(t *testing.T) {
	small := limits{file: 1000, total: 2500, files: 5}
	dir := t.TempDir()
	save := func(name string, fill func(io.Writer) error) string {
		var b bytes.Buffer
		if err := fill(&b); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	files := func(name string, size, n int) []file {
		return slices.Repeat([]file{{name, bytes.Repeat([]byte(" "), size)}}, n)
	}
	for _, c := range []struct {
		what  string
		files []file
		want  string
	}{
		{"a large file", files("big.json", 1001, 1), "big.json: larger than 1000 bytes"},
		{"much in all", files("a.json", 900, 3), "a.json: the files together are larger than 2500 bytes"},
		{"many files", files("a.json", 0, 6), "more than 5 files"},
		{"too much to skip", append(files("skip.bin", 6000, 1), file{"a.json", nil}), "unexpected EOF"}, // a tar is read through
	} {
		archives := []string{save("a.tar.gz", func(w io.Writer) error { return tarTo(w, c.files) })}
		if c.want != "unexpected EOF" { // a zip has an index
			archives = append(archives, save("a.zip", func(w io.Writer) error { return zipTo(w, c.files) }))
		}
		for _, path := range archives {
			if _, err := open(path, small); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s in %s: got %v, want %q", c.what, filepath.Base(path), err, c.want)
			}
		}
	}

	climbing := save("climb.zip", func(w io.Writer) error {
		return zipTo(w, []file{{"../../eu-west-1/vpcs.json", []byte(`{"Vpcs":[]}`)}, {"/etc/../us-east-1/vpcs.json", []byte(`{"Vpcs":[]}`)}})
	})
	s, err := Open(climbing)
	if err != nil || !slices.Equal(s.Regions(), []string{"eu-west-1", "us-east-1"}) {
		t.Errorf("a path with dots is only a name: got %v", err)
	}

	whole, err := os.ReadFile(filepath.Join(dir, "a.tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"short.tar.gz": whole[:len(whole)/2], "short.zip": whole[:20], "text.tgz": []byte("hello")} {
		path := save(name, func(w io.Writer) error { _, err := w.Write(content); return err })
		if _, err := Open(path); err == nil {
			t.Errorf("%s opens", name)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 6 {
		t.Errorf("opening left files behind: %v, %v", entries, err)
	}
}

// A link or a device in a tar is no file to read.
func TestTarHoldsFilesOnly(t *testing.T) {
	var b bytes.Buffer
	packed := gzip.NewWriter(&b)
	archive := tar.NewWriter(packed)
	if err := archive.WriteHeader(&tar.Header{Name: "x.json", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}); err != nil {
		t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	if err := packed.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "x.tgz")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); err == nil || !strings.Contains(err.Error(), "no answers") {
		t.Errorf("got %v, want a snapshot without answers", err)
	}
}

func TestZipIsReadByTheArchivesOwnNames(t *testing.T) {
	var b bytes.Buffer
	archive := zip.NewWriter(&b)
	for _, id := range []string{"subnet-1", "subnet-2"} { // the same name twice is no reason to lose one
		f, err := archive.Create("eu-west-1/subnets.json")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(`{"Subnets":[{"SubnetId":"` + id + `"}]}`)); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "x.zip")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.holdings["eu-west-1"].elements("Subnets"); len(got) != 2 {
		t.Errorf("got %s, want both subnets", got)
	}
}
