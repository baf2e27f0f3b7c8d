package main

import "fmt"

// object is a JSON object of Grafana's. Its keys are written in order.
type object = map[string]any

const (
	schemaVersion = 41 // of Grafana 12
	gridWidth     = 24
)

var prometheus = object{"type": "prometheus", "uid": "prometheus"}

func (b board) grafana() (object, error) {
	var panels []any
	id, y := 0, 0
	next := func() int { id++; return id }
	for _, r := range b.rows {
		panels = append(panels, object{
			"id": next(), "type": "row", "title": r.title, "collapsed": false, "panels": []any{},
			"gridPos": object{"x": 0, "y": y, "w": gridWidth, "h": 1},
		})
		y++
		x, height, width := 0, 0, gridWidth/max(1, len(r.panels))
		for _, p := range r.panels {
			if err := p.validate(); err != nil {
				return nil, fmt.Errorf("dashboard %s: %w", b.uid, err)
			}
			height = max(height, p.height())
			one := p.grafana()
			one["id"], one["gridPos"] = next(), object{"x": x, "y": y, "w": width, "h": p.height()}
			panels = append(panels, one)
			x += width
		}
		y += height
	}
	variables := []any{}
	for _, v := range b.variables {
		values := "label_values(" + v.of + ", " + v.label + ")"
		variables = append(variables, object{
			"name": v.name, "label": v.name, "type": "query", "datasource": prometheus,
			"definition": values, "query": object{"query": values, "refId": v.name},
			"refresh": 2, "sort": 1, "multi": true, "includeAll": true, "allValue": v.all,
			"current": object{"text": []any{"All"}, "value": []any{"$__all"}},
		})
	}
	return object{
		"uid": b.uid, "title": b.title, "description": b.description, "tags": []any{"llmotel"},
		"schemaVersion": schemaVersion, "version": 1, "editable": true, "graphTooltip": 1, "timezone": "browser", "weekStart": "",
		"refresh": "10s", "time": object{"from": "now-15m", "to": "now"}, "timepicker": object{},
		"fiscalYearStartMonth": 0, "annotations": object{"list": []any{}},
		"templating": object{"list": variables},
		"links": []any{object{
			"type": "dashboards", "title": "llmotel", "tags": []any{"llmotel"}, "asDropdown": true, "icon": "external link",
			"includeVars": true, "keepTime": true, "targetBlank": false, "tooltip": "", "url": "",
		}},
		"panels": panels,
	}, nil
}

// plugin is Grafana's name for the kind of panel.
func (k kind) plugin() string {
	if k == up {
		return string(states)
	}
	return string(k)
}

func (p panel) height() int {
	if p.kind == stat {
		return 4
	}
	return 8
}

func (p panel) grafana() object {
	var targets []any
	for i, q := range p.queries {
		target := object{
			"refId": string(rune('A' + i)), "datasource": prometheus, "editorMode": "code",
			"expr": q.expr, "legendFormat": q.legend, "instant": p.kind == compared || p.kind == stat, "range": p.kind != compared && p.kind != stat,
		}
		switch p.kind {
		case heatmap:
			target["format"] = "heatmap"
		case compared:
			target["format"] = "table"
		case series, stat, states, up:
			target["format"] = "time_series"
		}
		if p.exemplars {
			target["exemplar"] = true
		}
		targets = append(targets, target)
	}
	one := object{
		"type": p.kind.plugin(), "title": p.title, "description": p.description, "datasource": prometheus, "targets": targets,
		"fieldConfig": object{"defaults": p.defaults(), "overrides": []any{}},
		"options":     p.options(),
	}
	if p.kind == compared {
		p.table(one)
	}
	return one
}

func (p panel) defaults() object {
	d := object{"unit": p.unit, "min": 0, "color": object{"mode": "palette-classic"}, "mappings": []any{}, "custom": object{}}
	steps := []any{object{"color": "green", "value": nil}}
	if p.red != 0 {
		if p.orange != 0 {
			steps = append(steps, object{"color": "orange", "value": p.orange})
		}
		steps = append(steps, object{"color": "red", "value": p.red})
	}
	if p.empty != "" {
		d["noValue"] = p.empty
	}
	d["thresholds"] = object{"mode": "absolute", "steps": steps}
	switch p.kind {
	case series:
		custom := object{"drawStyle": "line", "lineWidth": 1, "fillOpacity": 10, "showPoints": "never", "spanNulls": false}
		if p.stacked {
			custom["stacking"], custom["fillOpacity"] = object{"mode": "normal", "group": "A"}, 40
		}
		if p.red != 0 {
			custom["thresholdsStyle"] = object{"mode": "dashed"}
		}
		d["custom"] = custom
	case stat:
		d["color"] = object{"mode": "thresholds"}
	case states, up:
		names := object{
			"0": object{"text": "closed", "color": "green", "index": 0},
			"1": object{"text": "half open", "color": "yellow", "index": 1},
			"2": object{"text": "open", "color": "red", "index": 2},
		}
		if p.kind == up {
			names = object{
				"0": object{"text": "down", "color": "red", "index": 0},
				"1": object{"text": "up", "color": "green", "index": 1},
			}
		}
		d["color"] = object{"mode": "thresholds"}
		d["mappings"] = []any{object{"type": "value", "options": names}}
		d["custom"] = object{"fillOpacity": 80, "lineWidth": 0}
	case heatmap, compared:
	}
	return d
}

func (p panel) options() object {
	switch p.kind {
	case stat:
		return object{
			"reduceOptions": object{"calcs": []any{"lastNotNull"}, "fields": "", "values": false},
			"colorMode":     "value", "graphMode": "none", "textMode": "auto", "justifyMode": "auto", "orientation": "auto",
		}
	case states, up:
		return object{"showValue": "auto", "mergeValues": true, "alignValue": "left", "rowHeight": 0.9, "legend": object{"displayMode": "list", "placement": "bottom", "showLegend": false}}
	case heatmap:
		return object{
			"calculate": false, "yAxis": object{"unit": p.unit, "axisPlacement": "left"}, "color": object{"mode": "scheme", "scheme": "Oranges", "steps": 64},
			"tooltip": object{"mode": "single", "yHistogram": true}, "exemplars": object{"color": "rgba(255,0,255,0.7)"}, "cellGap": 1,
		}
	case compared:
		return object{"showHeader": true, "cellHeight": "sm"}
	case series:
	}
	return object{
		"legend":  object{"displayMode": "list", "placement": "bottom", "showLegend": true, "calcs": []any{}},
		"tooltip": object{"mode": "multi", "sort": "desc"},
	}
}

// table joins the answers of a compared panel by their labels and names their
// columns.
func (p panel) table(one object) {
	names, overrides := object{}, []any{}
	for i, q := range p.queries {
		column := "Value #" + string(rune('A'+i))
		if len(p.queries) == 1 {
			column = "Value"
		}
		names[column] = q.legend
		overrides = append(overrides, object{
			"matcher":    object{"id": "byName", "options": q.legend},
			"properties": []any{object{"id": "unit", "value": q.unit}},
		})
	}
	one["fieldConfig"].(object)["overrides"] = overrides
	one["transformations"] = []any{
		object{"id": "merge", "options": object{}},
		object{"id": "organize", "options": object{"excludeByName": object{"Time": true}, "indexByName": object{}, "renameByName": names}},
	}
}
