#!/usr/bin/env node
import '../dist/src/entrypoints/cli.js';
