# 강사와 학생이 함께 쓰는 nbgrader의 설정. /etc/jupyter/nbgrader_config.py에 둡니다.
c = get_config()  # noqa: F821

# 강사의 과정 폴더(~/tf2)와 같은 이름
c.CourseDirectory.course_id = "tf2"
# 누구나 쓸 수 있는 폴더: mkdir -p /srv/nbgrader/exchange && chmod 777 /srv/nbgrader/exchange
c.Exchange.root = "/srv/nbgrader/exchange"

# Validate는 셀마다 30초만 기다립니다. 훈련하는 셀에는 모자랍니다.
c.Execute.timeout = 600
c.Execute.iopub_timeout = 60
