// Package open311 speaks Open311 GeoReport v2 for a brand: apps and city systems
// that know the format say something to it, and read what their authors agreed
// to have shown.
//
//   - open311.go: [New], the one route and where each path leads.
//   - format.go: XML and JSON by the path's ending, errors in the format's shape.
//   - discovery.go: the discovery document; services.go: topics as services.
//   - report.go: a form becomes a moment, by the ordinary door.
//   - asked.go: a query, read; requests.go: what it finds.
//   - id.go: a service_request_id, which leads to no receipt.
//
// Source: GeoReport v2 and Service Discovery of wiki.open311.org, both frozen.
package open311
