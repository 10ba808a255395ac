module andamio/probe

go 1.25
