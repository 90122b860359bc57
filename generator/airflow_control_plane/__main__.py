from airflow_control_plane.cli.main import main

raise SystemExit(main())
