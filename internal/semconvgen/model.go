package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"go.yaml.in/yaml/v3"
)

// registry is what one revision of the conventions defines.
type registry struct {
	SchemaURL     string
	CoreSchemaURL string
	Commit        string
	Date          string

	Attributes []attribute
	Spans      []signal
	Events     []signal
	Metrics    []metric
}

// attribute is one attribute of the registry.
type attribute struct {
	Key   string        `yaml:"key"`
	ID    string        `yaml:"id"` // the key, in files of the older format
	Type  attributeType `yaml:"type"`
	Brief string        `yaml:"brief"`
	Note  string        `yaml:"note"`
}

// attributeType is a plain type by name, or an enum with members.
type attributeType struct {
	Name    string
	Members []member
}

// member is one well-known value of an enum.
type member struct {
	ID    string `yaml:"id"`
	Value string `yaml:"value"`
	Brief string `yaml:"brief"`
}

// signal is a span type or an event.
type signal struct {
	Name       string      `yaml:"name"`
	Brief      string      `yaml:"brief"`
	Attributes []reference `yaml:"attributes"`
}

// metric is the definition of one metric.
type metric struct {
	Name        string      `yaml:"name"`
	Brief       string      `yaml:"brief"`
	Instrument  string      `yaml:"instrument"`
	Unit        string      `yaml:"unit"`
	Attributes  []reference `yaml:"attributes"`
	Annotations struct {
		CodeGeneration struct {
			ValueType string `yaml:"metric_value_type"`
		} `yaml:"code_generation"`
	} `yaml:"annotations"`
}

// reference points to an attribute or to a group of them.
type reference struct {
	Ref      string `yaml:"ref"`
	RefGroup string `yaml:"ref_group"`
}

// document is one file of the model, in either format.
type document struct {
	SchemaURL    string `yaml:"schema_url"`
	Dependencies []struct {
		SchemaURL string `yaml:"schema_url"`
	} `yaml:"dependencies"`

	Attributes []attribute `yaml:"attributes"`
	Groups     []struct {
		Attributes []attribute `yaml:"attributes"`
	} `yaml:"groups"`
	AttributeGroups []struct {
		ID         string      `yaml:"id"`
		Attributes []reference `yaml:"attributes"`
	} `yaml:"attribute_groups"`
	Spans   []spanDocument `yaml:"spans"`
	Events  []signal       `yaml:"events"`
	Metrics []metric       `yaml:"metrics"`

	SpanRefinements   []refinement `yaml:"span_refinements"`
	MetricRefinements []refinement `yaml:"metric_refinements"`
}

// spanDocument is a span of the model, whose name is a rule and not a string.
type spanDocument struct {
	Type       string      `yaml:"type"`
	Brief      string      `yaml:"brief"`
	Attributes []reference `yaml:"attributes"`
}

// refinement is what one provider adds to a span or metric.
type refinement struct {
	ID         string      `yaml:"id"`
	Ref        string      `yaml:"ref"`
	Attributes []reference `yaml:"attributes"`
}

// UnmarshalYAML accepts both forms of a type: a name, or a mapping with the
// members of an enum.
func (t *attributeType) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		t.Name = node.Value
		return nil
	}
	var enum struct {
		Members []member `yaml:"members"`
	}
	if err := node.Decode(&enum); err != nil {
		return err
	}
	t.Name, t.Members = "string", enum.Members
	return nil
}

// The files read, in the order in which their names are written. The MCP model
// is not among them: llmotel does not instrument MCP.
var (
	registryFiles = []string{"gen-ai/registry.yaml", "openai/registry.yaml", "aws-bedrock/registry.yaml"}
	coreFiles     = []string{
		"error/registry.yaml", "exceptions/registry.yaml", "server/registry.yaml",
		"session/registry.yaml", "feature-flags/registry.yaml",
	}
	signalFiles = []string{"gen-ai/spans.yaml", "gen-ai/events.yaml", "gen-ai/metrics.yaml"}
	// Newer revisions have the token metrics in a file of their own.
	optionalFiles = []string{"gen-ai/token-metrics.yaml"}
)

// load reads one revision and checks that every reference in it resolves.
func load(data fs.FS, rev revision) (*registry, error) {
	reg := &registry{}
	var err error
	if reg.Commit, reg.Date, err = rev.source(data); err != nil {
		return nil, err
	}
	manifest, err := read(data, path.Join(rev.model, "manifest.yaml"))
	if err != nil {
		return nil, err
	}
	if manifest.SchemaURL == "" || len(manifest.Dependencies) != 1 {
		return nil, errors.New("manifest.yaml: no schema URL, or not exactly one dependency")
	}
	reg.SchemaURL, reg.CoreSchemaURL = manifest.SchemaURL, manifest.Dependencies[0].SchemaURL

	for _, file := range registryFiles {
		doc, err := read(data, path.Join(rev.model, file))
		if err != nil {
			return nil, err
		}
		reg.Attributes = append(reg.Attributes, doc.Attributes...)
	}
	core, err := loadCore(data, rev)
	if err != nil {
		return nil, err
	}
	reg.Attributes = append(reg.Attributes, core...)

	var docs []*document
	for _, file := range slices.Concat(signalFiles, optionalFiles) {
		doc, err := read(data, path.Join(rev.model, file))
		if errors.Is(err, fs.ErrNotExist) && slices.Contains(optionalFiles, file) {
			continue
		}
		if err != nil {
			return nil, err
		}
		docs = append(docs, doc)
		for _, s := range doc.Spans {
			reg.Spans = append(reg.Spans, signal{Name: s.Type, Brief: s.Brief, Attributes: s.Attributes})
		}
		reg.Events = append(reg.Events, doc.Events...)
		reg.Metrics = append(reg.Metrics, doc.Metrics...)
	}
	if err := reg.check(docs); err != nil {
		return nil, err
	}
	return reg, nil
}

// loadCore picks coreAttributes out of the core model and the supplement.
func loadCore(data fs.FS, rev revision) ([]attribute, error) {
	defined := make(map[string]attribute)
	for _, a := range supplement {
		defined[a.Key] = a
	}
	for _, file := range coreFiles {
		doc, err := read(data, path.Join(rev.core, file))
		if err != nil {
			return nil, err
		}
		for _, a := range doc.Attributes {
			defined[a.Key] = a
		}
		for _, g := range doc.Groups {
			for _, a := range g.Attributes {
				a.Key = a.ID
				defined[a.Key] = a
			}
		}
	}
	picked := make([]attribute, 0, len(coreAttributes))
	for _, key := range coreAttributes {
		a, ok := defined[key]
		if !ok {
			return nil, fmt.Errorf("core attribute %s is not defined", key)
		}
		picked = append(picked, a)
	}
	return picked, nil
}

// read parses one YAML file.
func read(data fs.FS, file string) (*document, error) {
	text, err := fs.ReadFile(data, file)
	if err != nil {
		return nil, err
	}
	doc := &document{}
	if err := yaml.Unmarshal(text, doc); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return doc, nil
}
