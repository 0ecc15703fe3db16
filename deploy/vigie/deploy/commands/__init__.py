"""The commands of `vigie`: each module here exposes `command`; its name is the module's."""
