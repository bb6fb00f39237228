package pulse

import (
	"slices"
	"time"

	"github.com/sayline/sayline"
)

// TakenColumns are the columns of a moment that is taken out as CSV, TakenCells its
// cells, and Taken the same as a value for JSON. Times are in the brand's zone.
func TakenColumns() []string { return slices.Clone(takenColumns) }

func TakenCells(m *sayline.Moment, c *sayline.Case, zone *time.Location) []string {
	return takeOf(m, c, zone).cells()
}

func Taken(m *sayline.Moment, c *sayline.Case, zone *time.Location) any { return takeOf(m, c, zone) }
