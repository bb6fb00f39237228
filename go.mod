module github.com/sayline/sayline

go 1.26
