package pricing

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"
)

// parse reads a price file. encoding/json alone names no place, takes what it
// does not know and keeps the last of two equal names.
func parse(data []byte) (*document, error) {
	if !utf8.Valid(data) {
		return nil, errors.New("is not UTF-8")
	}
	p := parser{json.NewDecoder(bytes.NewReader(data))}
	p.dec.UseNumber()
	d := new(document)
	err := p.document(d)
	if err == nil {
		if _, err = p.dec.Token(); errors.Is(err, io.EOF) {
			err = nil
		} else if err == nil {
			err = errors.New("has something behind the end")
		}
	}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return nil, fmt.Errorf("line %d: %w", 1+bytes.Count(data[:min(int(syntax.Offset), len(data))], []byte("\n")), err)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, errors.New("ends too early")
	}
	if err != nil {
		return nil, err
	}
	return d, nil
}

type parser struct{ dec *json.Decoder }

func (p parser) document(d *document) error {
	err := p.object("", func(name, path string) error {
		switch name {
		case "schema":
			n, err := p.integer(path)
			d.Schema = int(n)
			return err
		case "currency":
			return p.text(path, &d.Currency)
		case "sources":
			d.Sources = map[string]string{}
			return p.object(path, func(name, path string) error {
				var s string
				err := p.text(path, &s)
				d.Sources[name] = s
				return err
			})
		case "prices":
			d.Prices = []entry{}
			return p.array(path, func(path string) error {
				d.Prices = append(d.Prices, entry{})
				return p.entry(path, &d.Prices[len(d.Prices)-1])
			})
		}
		return unknown(path)
	})
	switch {
	case err != nil:
		return err
	case d.Schema != SchemaVersion:
		return wrong("schema", "is %d; this version reads %d", d.Schema, SchemaVersion)
	case d.Prices == nil:
		return wrong("prices", "is required")
	}
	return nil
}

func (p parser) entry(path string, e *entry) error {
	return p.object(path, func(name, path string) (err error) {
		switch name {
		case "provider":
			return p.text(path, &e.Provider)
		case "model":
			return p.text(path, &e.Model)
		case "aliases":
			e.Aliases = []string{}
			return p.array(path, func(path string) error {
				e.Aliases = append(e.Aliases, "")
				return p.text(path, &e.Aliases[len(e.Aliases)-1])
			})
		case "region":
			return p.text(path, &e.Region)
		case "from":
			return p.text(path, &e.From)
		case "currency":
			return p.text(path, &e.Currency)
		case "source":
			return p.text(path, &e.Source)
		case "note":
			return p.text(path, &e.Note)
		case "tiers":
			e.Tiers = map[string]tierCard{}
			return p.object(path, func(name, path string) error {
				var t tierCard
				err := p.object(path, func(name, path string) (err error) {
					if name == "multiplier" {
						t.Multiplier, err = p.decimal(path)
						return err
					}
					return p.card(name, path, &t.rateCard)
				})
				e.Tiers[name] = t
				return err
			})
		case "regions":
			e.Regions, err = p.decimals(path)
			return err
		}
		return p.card(name, path, &e.rateCard)
	})
}

func (p parser) card(name, path string, c *rateCard) (err error) {
	switch name {
	case "rates":
		c.Rates, err = p.decimals(path)
		return err
	case "above":
		c.Above = []step{}
		return p.array(path, func(path string) error {
			var s step
			err := p.object(path, func(name, path string) (err error) {
				switch name {
				case "tokens":
					s.Tokens, err = p.integer(path)
				case "inclusive":
					s.Inclusive, err = p.bool(path)
				case "rates":
					s.Rates, err = p.decimals(path)
				default:
					err = unknown(path)
				}
				return err
			})
			c.Above = append(c.Above, s)
			return err
		})
	}
	return unknown(path)
}

func (p parser) decimals(path string) (map[string]decimal, error) {
	out := map[string]decimal{}
	return out, p.object(path, func(name, path string) (err error) {
		out[name], err = p.decimal(path)
		return err
	})
}

func (p parser) object(path string, field func(name, path string) error) error {
	if err := p.open(path, '{', "an object"); err != nil {
		return err
	}
	seen := map[string]bool{}
	for p.dec.More() {
		t, err := p.dec.Token()
		if err != nil {
			return err
		}
		name, _ := t.(string)
		inner := name
		if path != "" {
			inner = path + "." + name
		}
		if seen[name] {
			return wrong(inner, "is there twice")
		}
		seen[name] = true
		if err := field(name, inner); err != nil {
			return err
		}
	}
	_, err := p.dec.Token()
	return err
}

func (p parser) array(path string, element func(path string) error) error {
	if err := p.open(path, '[', "an array"); err != nil {
		return err
	}
	for i := 0; p.dec.More(); i++ {
		if err := element(path + "[" + strconv.Itoa(i) + "]"); err != nil {
			return err
		}
	}
	_, err := p.dec.Token()
	return err
}

func (p parser) open(path string, delim json.Delim, what string) error {
	t, err := p.dec.Token()
	if err == nil && t != delim {
		err = wrong(path, "is no %s", what[len("an "):])
	}
	return err
}

func (p parser) text(path string, into *string) error {
	t, err := p.dec.Token()
	if err != nil {
		return err
	}
	s, ok := t.(string)
	if !ok || s == "" {
		return wrong(path, "is no text")
	}
	*into = s
	return nil
}

func (p parser) integer(path string) (int64, error) {
	t, err := p.dec.Token()
	if err != nil {
		return 0, err
	}
	n, _ := t.(json.Number)
	i, err := n.Int64()
	if err != nil {
		return 0, wrong(path, "is no whole number")
	}
	return i, nil
}

func (p parser) bool(path string) (bool, error) {
	t, err := p.dec.Token()
	if err != nil {
		return false, err
	}
	b, ok := t.(bool)
	if !ok {
		return false, wrong(path, "is neither true nor false")
	}
	return b, nil
}

func (p parser) decimal(path string) (decimal, error) {
	t, err := p.dec.Token()
	if err != nil {
		return "", err
	}
	n, ok := t.(json.Number)
	if !ok {
		return "", wrong(path, "is no number")
	}
	return n, nil
}

func unknown(path string) error { return wrong(path, "is no field of a price file") }
