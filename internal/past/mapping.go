package past

import (
	"slices"
	"strings"
	"unicode"
)

// Mapping says which column is what; "" is none.
type Mapping struct {
	Text       string // words
	Title      string // put before the words
	Rating     string // how it felt, on Scale
	At         string // when it was said
	Key        string // what tells one row from all others; "" takes all of the row
	Lang       string // BCP 47
	Touchpoint string // the id, or the name in any language; what is none goes to Default
	Topic      string // likewise; what is none is left out
	Product    string // GTIN

	Scale    Scale
	DayFirst bool   // 3/4/2026 is the third of April
	Zone     string // of times that have none; "" is the brand's
	Default  string // touchpoint of rows without one; "" is the front door
	Tool     string // where the file is from: part of each row's key, so that two tools may number alike
}

// Members are the names of what a column can be, in their order.
var Members = []string{"text", "title", "rating", "at", "key", "lang", "touchpoint", "topic", "product"}

// Column is the column of a member; nil for none of that name.
func (m *Mapping) Column(member string) *string {
	return map[string]*string{"text": &m.Text, "title": &m.Title, "rating": &m.Rating, "at": &m.At, "key": &m.Key, "lang": &m.Lang,
		"touchpoint": &m.Touchpoint, "topic": &m.Topic, "product": &m.Product}[member]
}

// export is how a common tool names its columns: those in needs tell it apart.
type export struct {
	tool    string
	needs   []string
	columns map[string]string
	scale   Scale
}

// exports are the tools known by their columns, the more particular first.
// Names are compared in lower case, without blanks and marks.
var exports = []export{
	{"trustpilot", []string{"review stars", "review content"}, map[string]string{"text": "review content", "title": "review title", "rating": "review stars", "at": "review created (utc)", "key": "review id", "lang": "review language"}, Stars},
	{"google", []string{"star rating", "review id"}, map[string]string{"text": "comment", "rating": "star rating", "at": "create time", "key": "review id"}, Stars},
	{"google", []string{"starRating", "comment"}, map[string]string{"text": "comment", "rating": "starRating", "at": "createTime", "key": "reviewId"}, Stars},
	{"zendesk", []string{"satisfaction score", "ticket id"}, map[string]string{"text": "satisfaction comment", "title": "subject", "rating": "satisfaction score", "at": "created at", "key": "ticket id"}, GoodBad},
	{"zendesk", []string{"satisfaction score", "id", "subject"}, map[string]string{"title": "subject", "rating": "satisfaction score", "at": "created at", "key": "id"}, GoodBad},
	{"delighted", []string{"response id", "score", "survey type"}, map[string]string{"text": "comment", "rating": "score", "at": "created at", "key": "response id"}, NPS},
	{"surveymonkey", []string{"respondent id", "collector id"}, map[string]string{"text": "open-ended response", "at": "end date", "key": "respondent id"}, Auto},
	{"typeform", []string{"#", "submit date (utc)"}, map[string]string{"at": "submit date (utc)", "key": "#"}, Auto},
}

// toolNames are the tools as their makers write them.
var toolNames = map[string]string{"trustpilot": "Trustpilot", "google": "Google", "zendesk": "Zendesk", "delighted": "Delighted", "surveymonkey": "SurveyMonkey", "typeform": "Typeform"}

// ToolName is the name of the tool a file is from; "" where nobody knows.
func (m *Mapping) ToolName() string {
	if name := toolNames[m.Tool]; name != "" {
		return name
	}
	return m.Tool
}

// names are what a column is often called, in the languages people export in.
var names = map[string][]string{
	"text":       {"text", "comment", "comments", "review", "review text", "feedback", "message", "words", "body", "answer", "content", "comentario", "comentarios", "reseña", "opinión", "texto", "commentaire", "kommentar", "commento", "comentário", "تعليق", "评论", "コメント"},
	"title":      {"title", "subject", "headline", "título", "titre", "titel", "titolo", "عنوان"},
	"rating":     {"rating", "stars", "star rating", "score", "nps", "nps score", "csat", "grade", "satisfaction", "feeling", "puntuación", "valoración", "estrellas", "nota", "note", "bewertung", "voto", "avaliação", "تقييم"},
	"at":         {"date", "time", "created", "created at", "created_at", "timestamp", "submitted at", "submit date", "review date", "said at", "fecha", "datum", "data", "التاريخ", "日期", "日付"},
	"key":        {"id", "review id", "response id", "ticket id", "key", "uuid"},
	"lang":       {"language", "lang", "locale", "idioma", "langue", "sprache", "lingua", "اللغة"},
	"touchpoint": {"touchpoint", "location", "store", "branch", "shop", "place", "tienda", "sucursal", "filiale", "magasin", "negozio", "loja", "الفرع"},
	"topic":      {"topic", "category", "tag", "reason", "tema", "categoría", "catégorie", "kategorie", "الموضوع"},
	"product":    {"gtin", "ean", "product", "barcode", "producto", "produkt", "produit"},
}

func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '#' {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// Guess says which column is what by their names: as a known tool writes them,
// else as they are often called.
func Guess(columns []string) Mapping {
	find := func(name string) string {
		i := slices.IndexFunc(columns, func(c string) bool { return plain(c) == plain(name) })
		if i < 0 {
			return ""
		}
		return columns[i]
	}
	m := Mapping{DayFirst: true}
	for _, e := range exports {
		if slices.ContainsFunc(e.needs, func(n string) bool { return find(n) == "" }) {
			continue
		}
		m.Tool, m.Scale = e.tool, e.scale
		for member, name := range e.columns {
			*m.Column(member) = find(name)
		}
		break
	}
	taken := func(c string) bool {
		return slices.ContainsFunc(Members, func(member string) bool { return *m.Column(member) == c })
	}
	for _, member := range Members {
		if *m.Column(member) != "" {
			continue
		}
		for _, name := range names[member] {
			if c := find(name); c != "" && !taken(c) {
				*m.Column(member) = c
				break
			}
		}
	}
	if m.Scale == Auto && strings.Contains(plain(m.Rating), "nps") {
		m.Scale = NPS
	}
	return m
}
