--- hecate.help: what every name means: one source for `?name` in the session, for
-- completion, the reference, the manual page and the definition files of editors.
return {}
