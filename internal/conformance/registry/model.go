package registry

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// model is what the files of a revision say, before anything is resolved.
type model struct {
	schemaURL  string
	attributes map[string]*Attribute
	groups     map[string][]reference
	spans      []spanModel
	metrics    []metricModel
	events     []eventModel

	spanRefinements, metricRefinements []refinementModel
}

type spanModel struct {
	Type       string      `yaml:"type"`
	Kind       string      `yaml:"kind"`
	Name       noted       `yaml:"name"`
	Note       string      `yaml:"note"`
	Attributes []reference `yaml:"attributes"`
}

type noted struct {
	Note string `yaml:"note"`
}

type metricModel struct {
	Name        string      `yaml:"name"`
	Instrument  string      `yaml:"instrument"`
	Unit        string      `yaml:"unit"`
	Attributes  []reference `yaml:"attributes"`
	Annotations struct {
		CodeGeneration struct {
			ValueType string `yaml:"metric_value_type"`
		} `yaml:"code_generation"`
	} `yaml:"annotations"`
}

type eventModel struct {
	Name       string      `yaml:"name"`
	Attributes []reference `yaml:"attributes"`
}

type refinementModel struct {
	ID         string      `yaml:"id"`
	Ref        string      `yaml:"ref"`
	Brief      string      `yaml:"brief"`
	Note       string      `yaml:"note"`
	Attributes []reference `yaml:"attributes"`
}

// reference names an attribute, with what the signal says of it, or a group.
type reference struct {
	Ref      string      `yaml:"ref"`
	RefGroup string      `yaml:"ref_group"`
	Level    requirement `yaml:"requirement_level"`
	Sampling *bool       `yaml:"sampling_relevant"`
}

// requirement is a level, or a mapping from the level to its condition.
type requirement struct {
	level     Level
	condition string
}

// UnmarshalYAML accepts both forms of a level.
func (r *requirement) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		r.level = Level(node.Value)
		return r.check()
	}
	var conditional map[string]string
	if err := node.Decode(&conditional); err != nil {
		return err
	}
	for level, condition := range conditional {
		r.level, r.condition = Level(level), strings.TrimSpace(condition)
	}
	return r.check()
}

func (r *requirement) check() error {
	switch r.level {
	case Required, ConditionallyRequired, Recommended, OptIn:
		return nil
	}
	return fmt.Errorf("unknown requirement level %q", r.level)
}

// attributeModel is a definition in either file format.
type attributeModel struct {
	Key  string    `yaml:"key"`
	ID   string    `yaml:"id"`
	Ref  string    `yaml:"ref"`
	Type typeModel `yaml:"type"`
}

type typeModel struct {
	name    string
	members []string
}

// UnmarshalYAML accepts both forms of a type: a name, or an enum's members.
func (t *typeModel) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		t.name = node.Value
		return nil
	}
	var enum struct {
		Members []struct {
			Value string `yaml:"value"`
		} `yaml:"members"`
	}
	if err := node.Decode(&enum); err != nil {
		return err
	}
	t.name = "string"
	for _, m := range enum.Members {
		t.members = append(t.members, m.Value)
	}
	return nil
}

// document is one file of the model, in either format.
type document struct {
	SchemaURL       string           `yaml:"schema_url"`
	Attributes      []attributeModel `yaml:"attributes"`
	AttributeGroups []struct {
		ID         string      `yaml:"id"`
		Attributes []reference `yaml:"attributes"`
	} `yaml:"attribute_groups"`
	Groups []struct {
		Type       string           `yaml:"type"`
		Attributes []attributeModel `yaml:"attributes"`
	} `yaml:"groups"`
	Spans             []spanModel       `yaml:"spans"`
	Metrics           []metricModel     `yaml:"metrics"`
	Events            []eventModel      `yaml:"events"`
	SpanRefinements   []refinementModel `yaml:"span_refinements"`
	MetricRefinements []refinementModel `yaml:"metric_refinements"`
}

// The folders of the model that are read. MCP is not among them: llmotel does
// not instrument MCP.
var folders = []string{"gen-ai", "openai", "aws-bedrock"}

// notInData are the core attributes that the model refers to and whose files
// are not part of the data, and three that llmotel may add to any span.
// Source: open-telemetry/semantic-conventions v1.44.0, registry.yaml of
// model/azure, model/process, model/http and model/user.
var notInData = []Attribute{
	{Key: "azure.resource_provider.namespace", Type: "string"},
	{Key: "process.executable.name", Type: "string"},
	{Key: "process.executable.path", Type: "string"},
	{Key: "process.exit.code", Type: "int"},
	{Key: "http.request.resend_count", Type: "int"},
	{Key: "user.id", Type: "string"},
}

// read reads the model in dir and the core attributes in core.
func read(data fs.FS, dir, core string) (*model, error) {
	m := &model{attributes: map[string]*Attribute{}, groups: map[string][]reference{}}
	for _, a := range notInData {
		a.Core = true
		m.attributes[a.Key] = &a
	}
	err := walk(data, core, func(doc *document) error { return m.define(doc, true) })
	if err != nil {
		return nil, err
	}
	manifest, err := parse(data, path.Join(dir, "manifest.yaml"))
	if err != nil {
		return nil, err
	}
	m.schemaURL = manifest.SchemaURL
	for _, folder := range folders {
		if err := walk(data, path.Join(dir, folder), m.add); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func walk(data fs.FS, dir string, f func(*document) error) error {
	return fs.WalkDir(data, dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".yaml" {
			return err
		}
		doc, err := parse(data, name)
		if err != nil {
			return err
		}
		if err := f(doc); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	})
}

func parse(data fs.FS, name string) (*document, error) {
	text, err := fs.ReadFile(data, name)
	if err != nil {
		return nil, err
	}
	doc := &document{}
	if err := yaml.Unmarshal(text, doc); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return doc, nil
}

// define adds the definitions of attributes.
func (m *model) define(doc *document, core bool) error {
	defined := slices.Clone(doc.Attributes)
	for _, g := range doc.Groups {
		defined = append(defined, g.Attributes...)
	}
	for _, a := range defined {
		key := cmp.Or(a.Key, a.ID)
		if key == "" || a.Ref != "" {
			continue // groups of the core also refer to attributes
		}
		if a.Type.name == "" {
			return fmt.Errorf("attribute %s has no type", key)
		}
		if old, ok := m.attributes[key]; ok && !old.Core {
			return fmt.Errorf("attribute %s is defined twice", key)
		}
		m.attributes[key] = &Attribute{Key: key, Type: a.Type.name, Members: a.Type.members, Core: core}
	}
	return nil
}

func (m *model) add(doc *document) error {
	if err := m.define(doc, false); err != nil {
		return err
	}
	for _, g := range doc.AttributeGroups {
		if _, ok := m.groups[g.ID]; ok {
			return fmt.Errorf("group %s is defined twice", g.ID)
		}
		m.groups[g.ID] = g.Attributes
	}
	for _, s := range doc.Spans {
		m.groups["span."+s.Type] = s.Attributes
	}
	m.spans = append(m.spans, doc.Spans...)
	m.metrics = append(m.metrics, doc.Metrics...)
	m.events = append(m.events, doc.Events...)
	m.spanRefinements = append(m.spanRefinements, doc.SpanRefinements...)
	m.metricRefinements = append(m.metricRefinements, doc.MetricRefinements...)
	return nil
}
