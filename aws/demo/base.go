package demo

import (
	"encoding/json"
	"io/fs"
	"path"
	"strings"
)

// base is the form of worlds/base/NAME.json. The folder of the same name, if there is one, holds the answers that this base
// adds to those of the base it stands on.
type base struct {
	Base    string   `json:"base"` // the base that this one changes, "" for none
	Region  string   `json:"region"`
	Replace []rename `json:"replace"` // made in all that comes from the base underneath; another partition differs by names only
	Changes []change `json:"changes"`
}

// rename replaces one text by another wherever it occurs.
type rename struct {
	From string `json:"from"`
	To   string `json:"to"`
}

func loadBase(name string) base {
	var b base
	decodeEmbedded(path.Join("worlds/base", name+".json"), &b)
	return b
}

// openBase returns the account that a base describes.
func openBase(name string) (account, error) {
	b := loadBase(name)
	var a account
	if b.Base != "" {
		below, err := openBase(b.Base)
		if err != nil {
			return account{}, err
		}
		if a, err = below.renamed(b.Replace); err != nil {
			return account{}, err
		}
	}
	folder := path.Join("worlds/base", name)
	if _, err := fs.Stat(files, folder); err == nil {
		added, err := readAccount(folder)
		if err != nil {
			return account{}, err
		}
		a.documents = append(a.documents, added...)
	}
	return a, a.apply(b.Changes)
}

// renamed returns the account with the renames made in every path and every text.
func (a account) renamed(renames []rename) (account, error) {
	if len(renames) == 0 {
		return a, nil
	}
	var pairs []string
	for _, r := range renames {
		pairs = append(pairs, r.From, r.To)
	}
	replacer := strings.NewReplacer(pairs...)
	out := account{documents: make([]document, len(a.documents))}
	for i, d := range a.documents {
		raw, err := json.Marshal(d.body)
		if err != nil {
			return account{}, err
		}
		out.documents[i].path = replacer.Replace(d.path)
		if err := json.Unmarshal([]byte(replacer.Replace(string(raw))), &out.documents[i].body); err != nil {
			return account{}, err
		}
	}
	return out, nil
}
