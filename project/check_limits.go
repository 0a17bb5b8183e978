package project

import (
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/project/diagnostic"
	"github.com/compose-orchestrator/compose/project/document"
	"github.com/compose-orchestrator/compose/project/limits"
)

// checkLimits refuses files that would grow beyond the limits. Files that
// cannot, which is found out quickly, are not parsed for it.
func (s *source) checkLimits() error {
	suspect, more := false, false
	number, parts := 0, 0 // of documents, and of their keys and values
	for _, f := range s.files {
		if err := s.checkParts(f.Filename, f.Content); err != nil {
			return err
		}
		suspect = suspect || limits.MayGrow(f.Content)
		more = more || limits.NamesFiles(f.Content)
		number += limits.DocumentsOf(f.Content)
		parts += limits.PartsOf(f.Content)
	}
	suspect = suspect || len(s.files) > 1 && number*parts > limits.ComposeMerged.Value
	if !suspect && !more {
		return nil
	}
	documents, err := s.boundedDocuments()
	if err != nil {
		return err
	}
	if err := s.checkIncludedEnv(documents); err != nil {
		return err
	}
	if t, err := limits.Check(documents); err != nil {
		return s.excessive(t, err)
	}
	return nil
}

// boundedDocuments are the project's files and those that they name, all within
// the limits of a file together.
func (s *source) boundedDocuments() ([]*document.Document, error) {
	documents, err := boundedDocuments(s, document.MaxDocuments)
	size, parts := 0, 0
	for _, t := range documents {
		size += len(t.Content)
		parts += limits.PartsOf(t.Content)
	}
	switch {
	case err != nil:
		return nil, err
	case size > limits.ComposeFileBytes.Value:
		return nil, hint.New(limits.ComposeFileBytes.Exceeded("the files together"), limits.ComposeFileBytes.Help)
	case parts > limits.ComposeParts.Value:
		return nil, hint.New(limits.ComposeParts.Exceeded("the files together"), limits.ComposeParts.Help)
	}
	return documents, nil
}

// checkParts refuses a file that would be parsed into too much.
func (s *source) checkParts(name string, content []byte) error {
	switch {
	case limits.DocumentsOf(content) > limits.ComposeDocuments.Value:
		return &FileError{File: s.shown(name), Rule: diagnostic.LimitRule, Msg: limits.ComposeDocuments.Exceeded("the file"), Help: limits.ComposeDocuments.Help}
	case len(content) > limits.UsualSize && limits.PartsOf(content) > limits.ComposeParts.Value:
		return &FileError{File: s.shown(name), Rule: diagnostic.LimitRule, Msg: limits.ComposeParts.Exceeded("the file"), Help: limits.ComposeParts.Help}
	}
	return nil
}

// excessive makes a FileError of what goes beyond a limit.
func (s *source) excessive(t *document.Document, e *limits.Error) error {
	f := &FileError{File: s.shown(t.Name), Rule: diagnostic.LimitRule, Msg: e.Msg, Help: e.Hint, Err: e}
	if e.Node != nil && e.Node.Line > 0 {
		f.Line, f.Column = e.Node.Line, e.Node.Column
		f.Excerpt = document.Excerpt(t.Content, f.Line, f.Column)
	}
	return f
}
